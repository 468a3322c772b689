import { execFile } from 'node:child_process';
import { createCipheriv, createHash, hash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

/** Packages whose files make up the tree, pinned so that every run sees the same ones. */
const PACKAGES = [
  'typescript@5.9.3',
  'three@0.180.0',
  '@types/node@24.10.1',
  'rxjs@7.8.2',
  'date-fns@4.1.0',
  'lodash@4.17.21',
  'highlight.js@11.11.1',
];

/** To be raised when {@link addOddities} changes. */
const EDITION = 4;

const CACHE = resolve(import.meta.dirname, '../../.cache/tree');

/**
 * A real tree of 11,600 files: unpacked npm packages, and beside them what trees have and packages have not. It is made once
 * (by npm, into `.cache/tree`) and shared: tests must not change it.
 */
export async function realTree(): Promise<string> {
  const tree = join(CACHE, `${EDITION}-${hash('sha256', PACKAGES.join()).slice(0, 8)}`);
  if (existsSync(tree)) return tree;
  const making = `${tree}.${process.pid}`;
  mkdirSync(making, { recursive: true });
  const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--no-bin-links'];
  await promisify(execFile)('npm', ['install', ...options, '--prefix', making, ...PACKAGES], { cwd: making });
  renameSync(join(making, 'node_modules'), join(making, 'packages'));
  for (const left of ['package.json', 'packages/.package-lock.json']) rmSync(join(making, left), { force: true });
  addOddities(making);
  try {
    renameSync(making, tree);
  } catch (error) {
    // another run was faster
    rmSync(making, { recursive: true, force: true });
    if (!existsSync(tree)) throw error;
  }
  return tree;
}

function addOddities(root: string): void {
  const put = (path: string, content: string | Uint8Array, mode = 0o644): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content, { mode });
    chmodSync(join(root, path), mode);
  };
  put('odd/empty', '');
  put('odd/empty too.txt', '');
  put('odd/name with spaces/a b  c.txt', 'spaces\n');
  put('odd/Ünïcödé/日本語/Ελληνικά – 🎉.txt', 'unicode\n');
  put("odd/quotes ' and $signs & (brackets) [1] #2 100%.txt", 'signs\n');
  put('odd/-n', 'looks like an option\n');
  put('odd/.hidden', 'hidden\n');
  put('odd/no newline at the end', 'x');
  put('odd/crlf.txt', 'a\r\nb\r\n');
  put('odd/latin1.txt', Buffer.from([0x66, 0xfc, 0x72, 0x0a]));
  put('odd/run.sh', '#!/bin/sh\necho run\n', 0o755);
  put('odd/tool', pseudoRandom('tool', 100_000), 0o755);
  put('odd/large.bin', pseudoRandom('large', 5_000_000));
  put('odd/zeros.bin', new Uint8Array(3_000_000));
  put(`odd/${'deep/'.repeat(60)}file.txt`, 'deep\n');
  put(`odd/${'n'.repeat(250)}.txt`, 'long name\n');
  mkdirSync(join(root, 'odd/empty folder/inside'), { recursive: true });
  symlinkSync('run.sh', join(root, 'odd/link to a file'));
  symlinkSync('../packages/rxjs', join(root, 'odd/link to a folder'));
  symlinkSync('not there', join(root, 'odd/dangling link'));
}

/** The same bytes on every machine; they do not compress. */
export function pseudoRandom(seed: string, length: number): Buffer {
  const key = createHash('sha256').update(seed).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
}
