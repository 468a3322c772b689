import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isExecutable } from '../../server/protocol/disk/statIdentity.ts';
import { type WalkOptions, walkDirectory } from '../../server/protocol/disk/walkDirectory.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { plant } from '../support/tree.ts';

/** A walk as text: one line per folder, `!` before a problem. */
async function walk(root: string, options: Partial<WalkOptions> = {}): Promise<string[]> {
  const lines: string[] = [];
  for await (const folder of walkDirectory(root, { rootError: 'RootUnavailable', ...options })) {
    const children = folder.children.map((child) => {
      const mark = { file: '', directory: '/', link: `->${child.target}` }[child.kind];
      return `${child.name}${mark}${child.kind === 'file' && isExecutable(child.identity) ? '*' : ''}${child.collides ? '?' : ''}`;
    });
    const problems = folder.problems.map(({ path, code }) => `!${path}:${code}`);
    if (folder.unreadable) problems.push(`!!${folder.unreadable.code}`);
    lines.push(`${folder.path}: ${[...children, ...problems].join(' ')}`);
  }
  return lines;
}

test('each folder comes before those in it, children by name', async (t) => {
  const root = temporaryFolder(t);
  plant(root, { 'b/y': '1', 'b/x': '+x 2', a: '3', 'c/d/e': '4', empty: null, 'b/up': '-> ../a' });
  assert.deepEqual(await walk(root), [': a b/ c/ empty/', 'b: up->../a x* y', 'c: d/', 'c/d: e', 'empty: ']);
});

test('what is skipped is neither reported nor entered, and the state folder always is', async (t) => {
  const root = temporaryFolder(t);
  plant(root, { 'out/x': '1', 'src/a': '2', 'src/out': '3', '.syncline/index.db': 's', 'src/.Syncline/x': 's' });
  const skip = (path: string, isDirectory: boolean): boolean => isDirectory && path.endsWith('out');
  assert.deepEqual(await walk(root, { skip }), [': src/', 'src: a out']);
  assert.deepEqual(await walk(root, { enter: () => false }), [': out/ src/']);
  assert.deepEqual(await walk(root, { from: 'src' as never }), ['src: a out']);
});

test('names that not every system accepts, links that lead out and special files are problems of their path alone', async (t) => {
  const root = temporaryFolder(t);
  plant(root, { 'con.txt': '1', 'a:b': '2', 'e\u0301': '3', fine: '4', away: '-> /etc/passwd', 'd/up': '-> ../../x' });
  writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x66, 0xff])]), 'latin');
  execFileSync('mkfifo', [join(root, 'pipe')]);
  assert.deepEqual(
    (await walk(root)).map((line) => line.replace(/!.*/, (p) => p.split(' ').sort().join(' '))),
    [
      ': d/ fine !a:b:IllegalPath !away:LinkOutside !con.txt:IllegalPath !e\u0301:IllegalPath !f\ufffd:IllegalPath !pipe:UnsupportedType',
      'd: !d/up:LinkOutside',
    ],
  );
});

test('names that differ only in case are marked, all of them', async (t) => {
  const root = temporaryFolder(t);
  plant(root, { README: '1', readme: '2', 'x/Ä': '3', 'x/ä': '4', 'x/b': '5' });
  assert.deepEqual(await walk(root), [': README? readme? x/', 'x: b Ä? ä?']);
});

test('a root that is missing or no folder is an error, a folder that is gone is not known', async (t) => {
  const root = temporaryFolder(t);
  writeFileSync(join(root, 'file'), '');
  await assert.rejects(walk(join(root, 'gone')), { code: 'RootUnavailable' });
  await assert.rejects(walk(join(root, 'file'), { rootError: 'ShareUnavailable' }), { code: 'ShareUnavailable' });
  assert.deepEqual(await walk(root, { from: 'gone' as never }), ['gone: !!NotFound']);
});

test('a folder on which another file system is mounted is a problem', async () => {
  const top = await walk('/', { enter: () => false });
  assert.match(top.join('\n'), /!proc:UnsupportedType/);
});

test('a walk stops when it is aborted', async (t) => {
  const root = temporaryFolder(t);
  for (let i = 0; i < 3000; i++) mkdirSync(join(root, `d${i}`));
  const abort = new AbortController();
  const walking = walk(root, { signal: abort.signal });
  abort.abort();
  await assert.rejects(walking, { code: 'Cancelled' });
});
