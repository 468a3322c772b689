import type { Entry } from '../../../server/protocol/entry.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import { ancestorsOf, type WirePath } from '../../../server/protocol/wirePath.ts';

/**
 * A step with those before it that it implies: a put makes the folders on its way, and whoever undoes it has to know which were
 * not there. `entryAt` tells what was at a path before the step.
 */
export function withParents(step: Operation, entryAt: (path: WirePath) => Entry | null): Operation[] {
  if (step.kind === 'delete') return [step];
  const made = ancestorsOf(step.kind === 'rename' ? step.to : step.path)
    .filter((path) => entryAt(path)?.kind !== 'directory')
    .sort((a, b) => a.length - b.length);
  return [...made.map((path): Operation => ({ kind: 'makeDirectory', path })), step];
}
