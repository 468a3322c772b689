import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Longer ignore files are not looked at. */
const MOST_BYTES = 1024 * 1024;

/** The text of an ignore file below a root; undefined where there is none, or where it is a link (git does not follow those). */
export function readIgnoreFile(root: string, path: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(
      join(root, path),
      constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
    );
  } catch {
    return undefined;
  }
  try {
    const stat = fstatSync(descriptor);
    return stat.isFile() && stat.size <= MOST_BYTES ? readFileSync(descriptor, 'utf8') : undefined;
  } catch {
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}
