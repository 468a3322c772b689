import { join, relative, sep } from 'node:path';
import { isWithin, parseWirePath, type WirePath } from '../../../server/protocol/wirePath.ts';

/** A local folder and the folder of a share that belongs to it. */
export interface Pair {
  /** Absolute path. */
  readonly root: string;
  /** Undefined: the share itself. */
  readonly dir?: WirePath | undefined;
}

/**
 * Where in the share a local path belongs; undefined for the local folder itself when the share as a whole belongs to it,
 * null for what lies outside.
 * @throws SynclineError `IllegalPath` for a name that cannot be on the server.
 */
export function toServer({ root, dir }: Pair, local: string): WirePath | undefined | null {
  const path = relative(root, local);
  if (path === '') return dir;
  if (path === '..' || path.startsWith(`..${sep}`) || /^[a-zA-Z]:/.test(path)) return null;
  const wire = path.split(sep).join('/').normalize('NFC');
  return parseWirePath(dir === undefined ? wire : `${dir}/${wire}`);
}

/** The local path that belongs to a path of the share; null for what lies outside. */
export function toLocal({ root, dir }: Pair, path: WirePath | undefined): string | null {
  if (path === undefined) return dir === undefined ? root : null;
  if (!isWithin(path, dir)) return null;
  const below = dir === undefined ? path : path.slice(dir.length + 1);
  return below === '' ? root : join(root, ...below.split('/'));
}
