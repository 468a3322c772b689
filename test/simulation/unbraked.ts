import type { Operation } from '../../server/protocol/messages/files.ts';
import { look } from './person.ts';
import type { VirtualDisk } from './disk/virtualDisk.ts';

/** Half of fewer entries may go without a question. */
const SMALLEST_TREE = 20;

/**
 * Deletions that nobody may ask a server for before a person has confirmed them, whatever has happened to the folder of the one who
 * asks: all there is, out of a folder that is empty now, or more than half of what is not little. Says what is wrong, if anything.
 */
export function unbraked(operations: readonly Operation[], here: VirtualDisk, share: VirtualDisk): string | undefined {
  const deleted = operations.flatMap((operation) => (operation.kind === 'delete' ? [operation.path] : []));
  if (deleted.length < 2) return undefined;
  const outermost = deleted.filter((path) => !path.includes('/'));
  if (outermost.length > 1 && look(here, 'root').size === 0)
    return `${outermost.length} entries and what is below them, out of an empty folder`;
  const held = look(share, 'share');
  // what failed half-way is asked for once more: what is gone by now counts as it did then
  const size = held.size + deleted.filter((path) => !held.has(path)).length;
  return size >= SMALLEST_TREE && deleted.length * 2 > size ? `${deleted.length} of ${size} entries` : undefined;
}
