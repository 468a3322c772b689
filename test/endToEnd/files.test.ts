import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { diff, listing } from '../support/compareTrees.ts';
import { type Ended, ServerProcess } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

async function setUp(
  t: TestContext,
): Promise<{ home: string; server: ServerProcess; run: (...args: string[]) => Promise<Ended> }> {
  const home = temporaryFolder(t);
  const server = await ServerProcess.start(t, home);
  return { home, server, run: (...args) => server.cli(args) };
}

function ok(ended: Ended): string {
  assert.equal(ended.status, 0, ended.stderr + ended.stdout);
  assert.equal(ended.stderr, '');
  return ended.stdout;
}

test('uploads, shows, renames, downloads and deletes a file, each acknowledged', async (t) => {
  const { home, server, run } = await setUp(t);
  writeFileSync(join(home, 'notes.txt'), 'first\n');
  assert.equal(ok(await run('put', 'notes.txt', 'docs/notes.txt')), 'docs/notes.txt: 6 B uploaded\n');
  assert.equal(readFileSync(join(server.folder, 'docs/notes.txt'), 'utf8'), 'first\n');
  assert.equal(ok(await run('ls')), 'docs\n');
  assert.equal(ok(await run('ls', 'docs')), 'notes.txt\n');
  assert.match(ok(await run('ls', '-l', 'docs')), /^file +6 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +notes\.txt\n$/);
  assert.match(ok(await run('stat', 'docs/notes.txt')), /^size +6 bytes$/m);
  assert.equal(ok(await run('mv', 'docs/notes.txt', 'docs/diary.txt')), 'docs/notes.txt -> docs/diary.txt\n');
  assert.deepEqual(readdirSync(join(server.folder, 'docs')), ['diary.txt']);
  assert.equal(ok(await run('get', 'docs/diary.txt', 'copy.txt')), 'copy.txt: 6 B downloaded\n');
  assert.equal(readFileSync(join(home, 'copy.txt'), 'utf8'), 'first\n');
  assert.equal(ok(await run('rm', 'docs/diary.txt')), 'docs/diary.txt: deleted\n');
  assert.equal(existsSync(join(server.folder, 'docs/diary.txt')), false);
});

test('the same in lines of JSON', async (t) => {
  const { home, run } = await setUp(t);
  writeFileSync(join(home, 'a.txt'), 'hello\n');
  const [put] = (await run('put', 'a.txt', 'a.txt', '--json')).lines;
  assert.equal(put?.['event'], 'uploaded');
  assert.equal(put?.['changed'], true);
  const [row] = (await run('ls', '--json')).lines;
  assert.equal(row?.['path'], 'a.txt');
  assert.equal(row?.['size'], 6);
  assert.match(String(row?.['content']), /^[0-9a-f]{64}$/);
  assert.deepEqual((await run('stat', 'a.txt', '--json')).lines[0], row);
  assert.equal((await run('mv', 'a.txt', 'b.txt', '--json')).lines[0]?.['event'], 'renamed');
  assert.equal((await run('get', 'b.txt', 'b.txt', '--json')).lines[0]?.['event'], 'downloaded');
  assert.equal((await run('rm', 'b.txt', '--json')).lines[0]?.['event'], 'deleted');
});

test('what was replaced or deleted is in the history and can be brought back', async (t) => {
  const { home, server, run } = await setUp(t);
  for (const text of ['one\n', 'two\n', 'three\n']) {
    writeFileSync(join(home, 'a.txt'), text);
    ok(await run('put', 'a.txt', 'a.txt'));
  }
  ok(await run('rm', 'a.txt'));
  const { lines } = await run('history', 'a.txt', '--json');
  assert.deepEqual(
    lines.map(({ reason }) => reason),
    ['deleted', 'replaced', 'replaced'],
  );
  assert.match(ok(await run('history', 'a.txt')), /^ *REV +UNTIL +WHY +BY +SINCE +WHAT +PATH\n/);
  ok(await run('restore', 'a.txt', String(lines[2]?.['rev'])));
  assert.equal(readFileSync(join(server.folder, 'a.txt'), 'utf8'), 'one\n');
  ok(await run('restore', 'a.txt', String(lines[1]?.['rev']), '--to', 'old/a.txt'));
  assert.equal(readFileSync(join(server.folder, 'old/a.txt'), 'utf8'), 'two\n');
});

test('a file that the server has already is not sent again', async (t) => {
  const { home, run } = await setUp(t);
  writeFileSync(join(home, 'a.txt'), 'same\n');
  ok(await run('put', 'a.txt', 'a.txt'));
  assert.equal(ok(await run('put', 'a.txt', 'a.txt')), 'a.txt: unchanged\n');
  assert.equal(ok(await run('get', 'a.txt')), 'a.txt: unchanged\n');
});

test('a large file arrives whole, both ways', async (t) => {
  const { home, server, run } = await setUp(t);
  const bytes = Buffer.alloc(30_000_000, 'some text that compresses well, and ').fill(
    crypto.getRandomValues(new Uint8Array(60_000)),
    0,
    20_000_000,
  );
  writeFileSync(join(home, 'large'), bytes);
  ok(await run('put', 'large', 'large'));
  assert.ok(readFileSync(join(server.folder, 'large')).equals(bytes));
  ok(await run('get', 'large', 'back'));
  assert.ok(readFileSync(join(home, 'back')).equals(bytes));
});

test('the executable bit travels (row 17)', async (t) => {
  const { home, server, run } = await setUp(t);
  writeFileSync(join(home, 'tool'), '#!/bin/sh\n', { mode: 0o755 });
  ok(await run('put', 'tool', 'tool'));
  assert.ok((statSync(join(server.folder, 'tool')).mode & 0o100) !== 0);
  ok(await run('get', 'tool', 'tool2'));
  assert.ok((statSync(join(home, 'tool2')).mode & 0o100) !== 0);
  chmodSync(join(home, 'tool'), 0o644);
  assert.equal(ok(await run('put', 'tool', 'tool')), 'tool: 10 B uploaded\n');
  assert.ok((statSync(join(server.folder, 'tool')).mode & 0o100) === 0);
});

test('a folder goes up and comes down with everything in it, but what is ignored', async (t) => {
  const { home, server, run } = await setUp(t);
  const site = join(home, 'site');
  mkdirSync(join(site, 'sub/empty'), { recursive: true });
  mkdirSync(join(site, '.git'));
  for (let at = 0; at < 300; at++) writeFileSync(join(site, 'sub', `page ${at}.html`), `page ${at % 100}\n`);
  writeFileSync(join(site, '.gitignore'), '*.tmp\n');
  writeFileSync(join(site, 'run'), 'run\n', { mode: 0o755 });
  symlinkSync('run', join(site, 'link'));
  symlinkSync('sub/page 1.html', join(site, 'other link'));
  assert.match(ok(await run('put', '-r', 'site', 'www')), /^304 files uploaded \(.*\), 0 unchanged\n$/);
  assert.equal(diff(join(site), join(server.folder, 'www')), `Only in ${site}: .git\n`);
  writeFileSync(join(site, 'scratch.tmp'), 'ignored');
  assert.match(ok(await run('put', '-r', 'site', 'www')), /^0 files uploaded \(0 B\), 304 unchanged\n$/);
  assert.match(ok(await run('get', 'www', 'back')), /^304 files downloaded/);
  assert.deepEqual(listing(join(home, 'back')), listing(join(server.folder, 'www')));
  assert.equal(diff(join(home, 'back'), join(server.folder, 'www')), '');
  assert.match(ok(await run('get', 'www', 'back')), /^0 files downloaded \(0 B\), 304 unchanged\n$/);
  assert.equal(existsSync(join(home, 'back/.syncline')), false, 'nothing of its own stays behind');
});

test('never overwrites a file here that differs, unless told to, and then keeps it', async (t) => {
  const { home, run } = await setUp(t);
  writeFileSync(join(home, 'a.txt'), 'theirs\n');
  ok(await run('put', 'a.txt', 'a.txt'));
  writeFileSync(join(home, 'a.txt'), 'mine\n');
  const refused = await run('get', 'a.txt');
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /^Error: “a\.txt” exists here and differs; nothing was overwritten\. Add --force/);
  assert.equal(readFileSync(join(home, 'a.txt'), 'utf8'), 'mine\n');
  const forced = await run('get', 'a.txt', '--force');
  assert.equal(forced.status, 0);
  assert.equal(readFileSync(join(home, 'a.txt'), 'utf8'), 'theirs\n');
  const kept = /is kept in (.*)\.\n/.exec(forced.stderr)?.[1] ?? '';
  assert.equal(readFileSync(join(kept, 'a.txt'), 'utf8'), 'mine\n');
});

test('moves folders in one step, into folders, and never over something', async (t) => {
  const { home, server, run } = await setUp(t);
  mkdirSync(join(home, 'a/b'), { recursive: true });
  writeFileSync(join(home, 'a/b/c.txt'), 'c\n');
  writeFileSync(join(home, 'd.txt'), 'd\n');
  ok(await run('put', '-r', 'a', 'a'));
  ok(await run('put', 'd.txt', 'd.txt'));
  ok(await run('mkdir', 'e/f'));
  ok(await run('mv', 'a', 'e/f/'));
  assert.equal(readFileSync(join(server.folder, 'e/f/a/b/c.txt'), 'utf8'), 'c\n');
  ok(await run('mv', 'd.txt', 'D.txt'));
  assert.deepEqual(listing(server.folder), ['D.txt', 'e/', 'e/f/', 'e/f/a/', 'e/f/a/b/', 'e/f/a/b/c.txt']);
  const taken = await run('mv', 'D.txt', 'e/f/a/b/c.txt');
  assert.equal(taken.status, 1);
  assert.match(taken.stderr, /exists already; nothing was moved\. Add --force/);
  ok(await run('mv', '--force', 'D.txt', 'e/f/a/b/c.txt'));
  assert.equal(readFileSync(join(server.folder, 'e/f/a/b/c.txt'), 'utf8'), 'd\n');
});

test('deletes folders only when told to, and looks at all paths before it deletes any', async (t) => {
  const { home, server, run } = await setUp(t);
  writeFileSync(join(home, 'a.txt'), 'a\n');
  ok(await run('put', 'a.txt', 'one/a.txt'));
  ok(await run('put', 'a.txt', 'two/a.txt'));
  const refused = await run('rm', 'one/a.txt', 'two');
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /“two” is a folder; add -r.*Nothing was deleted/);
  assert.ok(existsSync(join(server.folder, 'one/a.txt')));
  assert.equal((await run('rm', 'one/a.txt', 'three')).status, 1);
  assert.ok(existsSync(join(server.folder, 'one/a.txt')));
  ok(await run('rm', '-r', 'one', 'two'));
  assert.deepEqual(listing(server.folder), []);
});

test('reads every file again and compares it with the index', async (t) => {
  const { home, run } = await setUp(t);
  for (let at = 0; at < 20; at++) writeFileSync(join(home, `f${at}`), `${at}`);
  ok(await run('put', '-r', '.', 'all'));
  assert.match(ok(await run('verify')), /^\d+ paths checked, all as the index says\n$/);
  assert.deepEqual(
    (await run('verify', 'all', '--json')).lines.map(({ event, drift }) => [event, drift]),
    [['verified', 0]],
  );
});

test('a target may be a folder of a share', async (t) => {
  const { home, server, run } = await setUp(t);
  ok(await run('mkdir', 'team/me'));
  writeFileSync(join(home, 'a.txt'), 'a\n');
  const env = { SYNCLINE_SERVER: `${server.url}/files/team/me` };
  assert.equal((await server.cli(['put', 'a.txt', 'a.txt'], { env })).stdout, 'a.txt: 2 B uploaded\n');
  assert.ok(existsSync(join(server.folder, 'team/me/a.txt')));
  assert.equal((await server.cli(['ls'], { env })).stdout, 'a.txt\n');
  assert.equal((await server.cli(['stat', 'a.txt', '--json'], { env })).lines[0]?.['path'], 'a.txt');
});
