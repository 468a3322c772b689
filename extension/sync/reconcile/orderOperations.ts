import type { Operation } from '../../../server/protocol/messages/files.ts';

/**
 * An order in which every operation finds what it needs: moves first, as they were found (each needs the ones before it and
 * the old contents in place), then deletions from the deepest up, which make room for whatever takes their names, then new
 * folders from the top down, then files and links by path.
 *
 * A folder in which something is put needs no operation of its own: `put` makes missing parents.
 */
export function orderOperations(moves: readonly Operation[], others: readonly Operation[]): Operation[] {
  const deletes: Extract<Operation, { kind: 'delete' }>[] = [];
  const folders: Extract<Operation, { kind: 'makeDirectory' }>[] = [];
  const puts: Extract<Operation, { kind: 'put' }>[] = [];
  const rest: Operation[] = [];
  const filled = new Set<string>();
  for (const operation of others) {
    if (operation.kind === 'delete') deletes.push(operation);
    else if (operation.kind === 'put') puts.push(operation);
    else if (operation.kind === 'makeDirectory') folders.push(operation);
    else rest.push(operation);
  }
  for (const { path } of puts) fillAbove(path, filled);
  folders.sort(byPath).reverse();
  const made = folders.filter(({ path }) => {
    const needed = !filled.has(path);
    fillAbove(path, filled);
    return needed;
  });
  return [...moves, ...rest, ...deletes.sort(byPath).reverse(), ...made.reverse(), ...puts.sort(byPath)];
}

/** Comparing code units puts a folder before everything below it. */
export function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  if (a.path === b.path) return 0;
  return a.path < b.path ? -1 : 1;
}

function fillAbove(path: string, filled: Set<string>): void {
  for (let slash = path.lastIndexOf('/'); slash >= 0; slash = path.lastIndexOf('/', slash - 1)) {
    const folder = path.slice(0, slash);
    if (filled.has(folder)) return;
    filled.add(folder);
    if (slash === 0) return;
  }
}
