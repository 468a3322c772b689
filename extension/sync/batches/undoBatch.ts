import { DIRECTORY, type Entry, sameEntry } from '../../../server/protocol/entry.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';

/**
 * Pure. What makes a folder what it was before a batch of changes, given what the batch did in its order. Each operation
 * expects what the batch left, so whatever was changed since is left alone.
 */
export function undoBatch(steps: readonly Operation[]): Operation[] {
  return stretches(steps).toReversed().flatMap(undoStretch);
}

/** Changes between two renames; a rename moves whole folders, so what comes before and after it is told apart. */
type Stretch = { readonly kind: 'changes'; readonly changes: Map<WirePath, Change> } | Rename;
type Rename = Extract<Operation, { kind: 'rename' }>;

interface Change {
  readonly before: Entry | null;
  after: Entry | null;
}

function stretches(steps: readonly Operation[]): Stretch[] {
  const all: Stretch[] = [];
  for (const step of steps) {
    if (step.kind === 'rename') {
      all.push(step);
      continue;
    }
    let last = all.at(-1);
    if (last?.kind !== 'changes') all.push((last = { kind: 'changes', changes: new Map() }));
    const before = step.kind === 'makeDirectory' ? null : step.expect;
    const after = step.kind === 'put' ? step.entry : step.kind === 'delete' ? null : DIRECTORY;
    const known = last.changes.get(step.path);
    if (known) known.after = after;
    else last.changes.set(step.path, { before, after });
  }
  return all;
}

/** What has to go goes first: it may be in the way of what comes back, by its place or by its name. */
function undoStretch(stretch: Stretch): Operation[] {
  if (stretch.kind === 'rename') return undoRename(stretch);
  const deletes: Operation[] = [];
  const folders: Operation[] = [];
  const puts: Operation[] = [];
  for (const [path, { before, after }] of [...stretch.changes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (sameEntry(before, after)) continue;
    const isReplaced = before !== null && before.kind !== 'directory' && after?.kind !== 'directory';
    if (after && !isReplaced) deletes.unshift({ kind: 'delete', path, expect: after });
    if (before?.kind === 'directory') folders.push({ kind: 'makeDirectory', path });
    else if (before) puts.push({ kind: 'put', path, entry: before, expect: isReplaced ? after : null });
  }
  return [...deletes, ...folders, ...puts];
}

function undoRename({ from, to, expect, expectTo }: Rename): Operation[] {
  const back: Operation = { kind: 'rename', from: to, to: from, expect, expectTo: null };
  if (expectTo === null) return [back];
  if (expectTo.kind === 'directory') return [back, { kind: 'makeDirectory', path: to }];
  return [back, { kind: 'put', path: to, entry: expectTo, expect: null }];
}
