import assert from 'node:assert/strict';
import { lstatSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { encodeIdentity, identityOf } from '../../server/protocol/disk/statIdentity.ts';

/** Other bytes of the same length, with the old time of modification. Returns what the file system says of the file now. */
function damage(file: string, text: string): string {
  const before = lstatSync(file);
  assert.equal(Buffer.byteLength(text), before.size, 'the size stays');
  writeFileSync(file, text);
  utimesSync(file, before.atime, before.mtime);
  return encodeIdentity(identityOf(lstatSync(file, { bigint: true })));
}

/**
 * As a failing disk changes a file: other bytes, and nothing that the file system says about it shows it. What a disk leaves
 * alone and a program cannot, the time of the last change of the inode, is put on record afterwards. The target is closed.
 */
export function damageLocally(root: string, stateDirectory: string, path: string, text: string): void {
  const stamp = damage(join(root, path), text);
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  const database = new DatabaseSync(join(stateDirectory, 'base.db'));
  const row = database.prepare('SELECT files FROM known_files WHERE folder = ?').get(folder) as { files: string };
  const files = JSON.parse(row.files) as Record<string, [string, string]>;
  const name = path.slice(folder === '' ? 0 : folder.length + 1);
  const known = files[name];
  assert.ok(known, `${path} is on record`);
  files[name] = [stamp, known[1]];
  database.prepare('UPDATE known_files SET files = ? WHERE folder = ?').run(JSON.stringify(files), folder);
  database.close();
}

/** The same in the folder of a server that is not running. */
export function damageServer(directory: string, path: string, text: string): void {
  const stamp = damage(join(directory, path), text);
  const database = new DatabaseSync(join(directory, '.syncline/index.db'));
  const { changes } = database.prepare('UPDATE entries SET identity = ? WHERE path = ?').run(stamp, path);
  assert.equal(changes, 1, `${path} is in the index`);
  database.close();
}
