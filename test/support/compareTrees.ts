import { spawnSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hash } from 'node:crypto';
import { join } from 'node:path';

/** What `diff -r` says about two folders: nothing when they are the same. Syncline's own state is left out. */
export function diff(a: string, b: string): string {
  const { status, stdout, stderr } = spawnSync('diff', ['-rq', '--no-dereference', '--exclude=.syncline', a, b], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return status === 0 ? '' : `${stdout}${stderr}` || `diff ended with ${status}`;
}

/** A folder as text, one line per path: kind, executable bit, target of a link, and with `contents` a digest of the bytes. */
export function listing(root: string, { contents = false } = {}): string[] {
  const lines: string[] = [];
  const walk = (folder: string): void => {
    for (const name of readdirSync(join(root, folder)).sort()) {
      if (name === '.syncline') continue;
      const path = folder === '' ? name : `${folder}/${name}`;
      const stat = lstatSync(join(root, path));
      if (stat.isSymbolicLink()) lines.push(`${path} -> ${readlinkSync(join(root, path))}`);
      else if (stat.isDirectory()) {
        lines.push(`${path}/`);
        walk(path);
      } else {
        const digest = contents ? ` ${hash('sha256', readFileSync(join(root, path))).slice(0, 12)}` : '';
        lines.push(`${path}${(stat.mode & 0o100) === 0 ? '' : '*'}${digest}`);
      }
    }
  };
  walk('');
  return lines;
}
