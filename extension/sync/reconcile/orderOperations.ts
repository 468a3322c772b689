import type { Operation } from '../../../server/protocol/messages/files.ts';
import { atOnce, filterInSteps, sortInSteps, STEP, type Steps } from '../inSlices.ts';

/**
 * An order in which every operation finds what it needs: moves first, as they were found (each needs the ones before it and
 * the old contents in place), then deletions from the deepest up, which make room for whatever takes their names, then new
 * folders from the top down, then files and links by path.
 *
 * A folder in which something is put needs no operation of its own: `put` makes missing parents.
 */
export function orderOperations(moves: readonly Operation[], others: readonly Operation[]): Operation[] {
  return atOnce(orderOperationsInSteps(moves, others));
}

export function* orderOperationsInSteps(moves: readonly Operation[], others: readonly Operation[]): Steps<Operation[]> {
  const deletes: Extract<Operation, { kind: 'delete' }>[] = [];
  const folders: Extract<Operation, { kind: 'makeDirectory' }>[] = [];
  const puts: Extract<Operation, { kind: 'put' }>[] = [];
  const rest: Operation[] = [];
  const filled = new Set<string>();
  for (const [index, operation] of others.entries()) {
    if (index % STEP === STEP - 1) yield;
    if (operation.kind === 'delete') deletes.push(operation);
    else if (operation.kind === 'put') puts.push(operation);
    else if (operation.kind === 'makeDirectory') folders.push(operation);
    else rest.push(operation);
  }
  for (const [index, { path }] of puts.entries()) {
    if (index % STEP === STEP - 1) yield;
    fillAbove(path, filled);
  }
  const made = yield* filterInSteps((yield* sortInSteps(folders, byPath)).reverse(), ({ path }) => {
    const needed = !filled.has(path);
    fillAbove(path, filled);
    return needed;
  });
  yield* sortInSteps(deletes, byPath);
  yield* sortInSteps(puts, byPath);
  return [...moves, ...rest, ...deletes.reverse(), ...made.reverse(), ...puts];
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
