import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type Ended, ServerProcess } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { harvest, plant, type Tree } from '../support/tree.ts';

interface World {
  readonly home: string;
  readonly server: ServerProcess;
  readonly run: (...args: string[]) => Promise<Ended>;
  readonly tree: () => Tree;
}

const BEFORE: Tree = {
  src: null,
  'src/a.txt': 'one\n',
  'src/deep': null,
  'src/deep/b.sh': '+x run\n',
  'src/empty': null,
  'src/link': '-> a.txt',
};

async function setUp(t: TestContext, args: string[] = []): Promise<World> {
  const home = temporaryFolder(t);
  plant(
    join(home, 'src'),
    Object.fromEntries(
      Object.entries(BEFORE)
        .slice(1)
        .map(([at, text]) => [at.slice(4), text]),
    ),
  );
  const server = await ServerProcess.start(t, home, { args });
  const run = (...args: string[]): Promise<Ended> => server.cli(args);
  ok(await run('put', '-r', 'src', 'src'));
  return { home, server, run, tree: () => harvest(server.folder) };
}

function ok(ended: Ended): string {
  assert.equal(ended.status, 0, ended.stderr + ended.stdout);
  return ended.stdout;
}

/** The revision at which the share is now. */
async function now({ run }: World): Promise<string> {
  return String(stateOf(await run('restore', '.', '--at', '0s', '--dry-run', '--json')).rev);
}

/** The state that a restore, or a dry run of one, was about. */
function stateOf({ lines }: Ended): { rev: number; time: string } {
  const last = lines.at(-1);
  assert.ok(last);
  return last['at'] as { rev: number; time: string };
}

/** Edits, moves and deletes, by the command line and by another program. */
async function wreck({ home, server, run }: World): Promise<void> {
  writeFileSync(join(home, 'other.txt'), 'two\n');
  ok(await run('put', 'other.txt', 'src/a.txt'));
  ok(await run('mv', 'src/deep', 'elsewhere'));
  ok(await run('rm', 'src/link'));
  ok(await run('rm', '-r', 'src/empty'));
  ok(await run('put', 'other.txt', 'src/new.txt'));
  renameSync(join(server.folder, 'elsewhere'), join(server.folder, 'moved again'));
}

test('a folder is restored as it was at a revision, at a time and some time ago, and restoring can be undone', async (t) => {
  const world = await setUp(t);
  const { run, tree } = world;
  const rev = await now(world);
  await wreck(world);
  const dry = (await run('restore', 'src', '--at', rev, '--dry-run', '--json')).lines;
  assert.deepEqual(
    dry.map((line) => ['event', 'kind', 'path'].flatMap((key) => (key in line ? [String(line[key])] : [])).join(' ')),
    [
      'planned makeDirectory src/deep',
      'planned makeDirectory src/empty',
      'planned put src/a.txt',
      'planned put src/deep/b.sh',
      'planned put src/link',
      'planned delete src/new.txt',
      'restored src',
    ],
  );
  assert.deepEqual(dry.at(-1), { ...dry.at(-1), restored: 5, deleted: 1, problems: 0, rev: null, dryRun: true });
  assert.equal(tree()['src/a.txt'], 'two\n', 'a dry run changes nothing');

  const wrecked = await now(world);
  const ended = await run('restore', 'src', '--at', rev, '--json');
  const restored = ended.lines.at(-1);
  assert.deepEqual([restored?.['restored'], restored?.['deleted'], restored?.['problems']], [5, 1, 0]);
  const { 'moved again': _, 'moved again/b.sh': __, ...rest } = tree();
  assert.deepEqual(rest, BEFORE);

  ok(await run('restore', 'src', '--at', wrecked));
  assert.deepEqual(tree(), {
    'moved again': null,
    'moved again/b.sh': '+x run\n',
    src: null,
    'src/a.txt': 'two\n',
    'src/new.txt': 'two\n',
  });

  const { time } = stateOf(ended);
  ok(await run('restore', 'src', '--at', time, '--to', 'copies/src'));
  assert.equal(tree()['copies/src/deep/b.sh'], '+x run\n');
  ok(await run('restore', 'src', '--at', rev, '--keep-new'));
  assert.equal(tree()['src/new.txt'], 'two\n');
  assert.match(ok(await run('restore', 'src', '--at', '0 seconds ago')), /^src: as it was at .*; nothing to do\n$/);
});

test('a file is restored as it was at a time, also one that was renamed away', async (t) => {
  const world = await setUp(t);
  const { run, tree } = world;
  const rev = await now(world);
  ok(await run('mv', 'src/a.txt', 'b.txt'));
  ok(await run('restore', 'src/a.txt', '--at', rev));
  assert.deepEqual([tree()['src/a.txt'], tree()['b.txt']], ['one\n', 'one\n']);
  const nothing = await run('restore', 'b.txt', '--at', rev);
  assert.equal(nothing.status, 1);
  assert.match(nothing.stderr, /There was nothing at “b.txt” at .*revision/);
});

test('what another program destroyed is told, the rest comes back, and the exit status says so', async (t) => {
  const world = await setUp(t);
  const { run, tree, server } = world;
  const rev = await now(world);
  rmSync(join(server.folder, 'src'), { recursive: true });
  await run('verify');
  assert.equal((await run('stat', 'src')).status, 1, 'the server has seen it');
  const { status, lines } = await run('restore', 'src', '--at', rev, '--json');
  assert.equal(status, 1);
  const problems = lines.filter(({ event }) => event === 'problem');
  assert.deepEqual(
    problems.map(({ path, code }) => `${String(path)} ${String(code)}`),
    ['src/a.txt ContentGone', 'src/deep/b.sh ContentGone'],
  );
  assert.deepEqual(tree(), { src: null, 'src/deep': null, 'src/empty': null, 'src/link': '-> a.txt' });
});

test('the history of a folder that is gone lists what was deleted in it, and the point to go back to', async (t) => {
  const { run, tree } = await setUp(t);
  ok(await run('rm', '-r', 'src'));
  const { lines } = await run('history', 'src', '--json');
  assert.deepEqual(
    lines.map(({ path, reason }) => `${String(path)} ${String(reason)}`),
    ['src/a.txt deleted', 'src/deep/b.sh deleted', 'src/link deleted'],
  );
  assert.ok(lines.every(({ since }) => typeof (since as { rev: number }).rev === 'number'));
  const [point] = (await run('history', 'src', '--points', '--json')).lines;
  assert.deepEqual([point?.['deleted'], point?.['replaced'], point?.['by']], [3, 0, ['default']]);
  assert.match(ok(await run('history', 'src', '--points')), /^ *REV +UNTIL +REPLACED +DELETED +WHAT\n.* src\/a\.txt, /);
  ok(await run('restore', 'src', '--at', String(point?.['rev'])));
  assert.deepEqual(tree(), BEFORE);
});

test('a moment beyond what is kept is refused with the moment at which history begins', async (t) => {
  const { run } = await setUp(t, ['--history-days', '1', '--history-versions', '5', '--history-size', '1MB']);
  const { status, lines } = await run('restore', 'src', '--at', '2001-01-01', '--json');
  assert.equal(status, 1);
  assert.equal(lines[0]?.['code'], 'HistoryEnds');
  assert.match(String(lines[0]?.['message']), /history of the share begins at \d{4}-.*Z, with revision \d+\.$/);
});

test('purging wants a word, forgets for good, and leaves what is there', async (t) => {
  const world = await setUp(t);
  const { home, run, tree } = world;
  const rev = await now(world);
  writeFileSync(join(home, 'clean.txt'), 'clean\n');
  ok(await run('put', 'clean.txt', 'src/a.txt'));
  ok(await run('rm', 'src/deep/b.sh'));
  assert.equal((await run('purge', 'src')).status, 4);
  assert.equal((await run('history', 'src', '--json')).lines.length, 2);
  assert.deepEqual((await run('purge', 'src/a.txt', '--yes', '--json')).lines, [
    { event: 'purged', path: 'src/a.txt', versions: 1 },
  ]);
  const { status, lines } = await run('restore', 'src', '--at', rev, '--json');
  assert.equal(status, 1);
  assert.equal(lines.find(({ event }) => event === 'problem')?.['path'], 'src/a.txt');
  assert.deepEqual([tree()['src/a.txt'], tree()['src/deep/b.sh']], ['clean\n', '+x run\n']);
});

test('a restore that would delete more than half of a folder stops and asks', async (t) => {
  const world = await setUp(t);
  const { home, run, tree } = world;
  const rev = await now(world);
  plant(home, Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`more/${i}`, `${i}\n`])));
  ok(await run('put', '-r', 'more', 'src/more'));
  const stopped = await run('restore', 'src', '--at', rev);
  assert.equal(stopped.status, 4);
  assert.match(stopped.stderr, /delete 26 of 32 entries/);
  assert.equal(tree()['src/more/7'], '7\n');
  ok(await run('restore', 'src', '--at', rev, '--yes'));
  assert.deepEqual(tree(), BEFORE);
});

test('what a sync or a download took away here is listed, shown, and put back, a whole folder at once', async (t) => {
  const world = await setUp(t);
  const { home, server, run } = world;
  const here = join(home, 'work');
  mkdirSync(here);
  const sync = (): Promise<Ended> => run('sync', here, `${server.url}/files`, '--once', '--yes');
  ok(await sync());
  ok(await run('rm', '-r', 'src'));
  ok(await sync());
  assert.deepEqual(harvest(here), {});
  writeFileSync(join(home, 'a.txt'), 'mine\n');
  writeFileSync(join(home, 'other.txt'), 'theirs\n');
  ok(await run('put', 'other.txt', 'a.txt'));
  ok(await run('get', 'a.txt', '--force'));

  const { lines } = await run('safety', 'list', '--json');
  assert.deepEqual(
    lines.map((line) => [line['folder'], line['files']]),
    [
      [home, 1],
      [here, 3],
    ],
  );
  assert.match(
    ok(await run('safety', 'list', '--folder', here)),
    /^WHEN +LOCAL TIME +FILES +SIZE +FOLDER\n.* 3 .*work\n$/,
  );
  assert.equal(ok(await run('safety', 'show', 'last', '--folder', home)), 'a.txt (5 B)\n');

  ok(await run('safety', 'restore', 'last', '--folder', home));
  assert.equal(readFileSync(join(home, 'a.txt'), 'utf8'), 'mine\n');
  ok(await run('safety', 'restore', String(lines[1]?.['id']), 'src/deep', '--to', 'rescued'));
  assert.deepEqual(harvest(join(home, 'rescued')), { src: null, 'src/deep': null, 'src/deep/b.sh': '+x run\n' });
  assert.match(
    ok(await run('safety', 'restore', 'last', '--folder', here)),
    /^3 files restored in .*work, 0 unchanged$/m,
  );
  assert.deepEqual(harvest(here), BEFORE);
  ok(await sync());
  assert.equal(readFileSync(join(server.folder, 'src/a.txt'), 'utf8'), 'one\n');
  assert.equal((await run('safety', 'restore', '1999')).status, 1);
});
