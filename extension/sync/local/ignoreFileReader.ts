import { closeSync, constants, lstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diskError, errnoOf, isMissing } from '../../../server/protocol/disk/diskError.ts';
import { printable } from '../../../server/protocol/wirePath.ts';

/** Longer ignore files are not looked at. */
const MOST_BYTES = 1024 * 1024;

/**
 * The text of an ignore file below a root; undefined where there is none, or where it is a link (git does not follow those).
 *
 * @throws SynclineError when there is one that cannot be read: without it nobody knows what must not be synced.
 */
export function readIgnoreFile(root: string, path: string): string | undefined {
  const file = join(root, path);
  try {
    // asked first, because there mostly is none, and a failed open costs ten times as much
    const stat = lstatSync(file, { throwIfNoEntry: false });
    if (!stat?.isFile() || stat.size > MOST_BYTES) return undefined;
    const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    try {
      return readFileSync(descriptor, 'utf8');
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (isMissing(error) || errnoOf(error) === 'ELOOP') return undefined;
    throw diskError(error, `read “${printable(path)}”, which says what is ignored`, path);
  }
}
