import { createHash } from 'node:crypto';
import { join } from 'node:path';

/**
 * The folder in which a target keeps its state: below the program's own, named after both ends, so that each pairing of a
 * folder and a share has a base of its own.
 */
export function targetStateDirectory(stateHome: string, root: string, label: string): string {
  const id = createHash('sha256')
    .update(JSON.stringify([root, label]))
    .digest('hex')
    .slice(0, 32);
  return join(stateHome, 'targets', id);
}
