import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pseudoRandom } from '../support/realTree.ts';
import { type Ended, ServerProcess, type StartOptions } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { onTightDisk, withSmallFiles } from '../support/tightDisk.ts';

// One server for all: whatever it is given here, it must go on serving the next test.
const cleanUps: (() => unknown)[] = [];
const shared = { after: (cleanUp: () => unknown) => void cleanUps.unshift(cleanUp) };
let home = '';
let server: ServerProcess;

before(async () => {
  home = temporaryFolder(shared);
  chmodSync(home, 0o755);
  server = await ServerProcess.start(shared, home);
  writeFileSync(join(home, 'a.txt'), 'a\n');
  assert.equal((await server.cli(['put', 'a.txt', 'taken.txt'])).status, 0);
  assert.equal((await server.cli(['mkdir', 'folder'])).status, 0);
});

after(async () => {
  const [line] = (await server.cli(['stat', 'taken.txt', '--json'])).lines;
  assert.equal(line?.['size'], 2, 'the server has lived through everything, and nothing is lost');
  for (const cleanUp of cleanUps) await cleanUp();
});

interface Case {
  readonly title: string;
  readonly args: readonly string[];
  readonly status: number;
  readonly code: string;
  readonly says: RegExp;
  readonly options?: () => StartOptions;
}

const PUT = ['put', 'a.txt'];
const NAMES: [string, RegExp][] = [
  ['../x', /leads out of its folder/],
  ['a/../../x', /leads out of its folder/],
  ['/etc/passwd', /absolute/],
  ['C:/x', /absolute/],
  ['CON', /device on Windows/],
  ['docs/nul.txt', /device on Windows/],
  ['ends.', /dot or a space/],
  ['a\\b', /contains “\\”/],
  ['a\nb', /control character/],
  ['x'.repeat(300), /longer than 255 bytes/],
  ['.syncline/index.db', /reserved/],
  [`${'deep/'.repeat(250)}x`, /longer than 1024 bytes/],
];

const CASES: Case[] = [
  {
    title: 'a wrong token',
    args: ['ls'],
    status: 3,
    code: 'Unauthorized',
    says: /token is not accepted/,
    options: () => ({ env: { SYNCLINE_TOKEN: 'guessed' } }),
  },
  {
    title: 'a wrong share',
    args: ['ls'],
    status: 3,
    code: 'UnknownShare',
    says: /no share named “photos”.*files/,
    options: () => ({ env: { SYNCLINE_SERVER: `${server.url}/photos` } }),
  },
  ...NAMES.map(
    ([path, says]): Case => ({
      title: `the path ${JSON.stringify(path.slice(0, 30))}`,
      args: [...PUT, path],
      status: 2,
      code: 'IllegalPath',
      says,
    }),
  ),
  {
    title: 'a folder where a file is expected, here',
    args: ['put', '.', 'x'],
    status: 1,
    code: 'NotAFile',
    says: /is a folder; add -r/,
  },
  {
    title: 'a folder where a file is expected, there',
    args: [...PUT, 'folder'],
    status: 1,
    code: 'NotAFile',
    says: /“folder” on the server is a folder/,
  },
  {
    title: 'a file where a folder is expected',
    args: [...PUT, 'taken.txt/x'],
    status: 1,
    code: 'NotADirectory',
    says: /taken\.txt/,
  },
  {
    title: 'a name that is taken in another case',
    args: [...PUT, 'TAKEN.txt'],
    status: 1,
    code: 'NameCollision',
    says: /taken\.txt/i,
  },
  {
    title: 'a folder that is taken in another case',
    args: ['mkdir', 'Folder'],
    status: 1,
    code: 'NameCollision',
    says: /folder/i,
  },
  {
    title: 'a file that is not here',
    args: ['put', 'gone.txt', 'x'],
    status: 1,
    code: 'NotFound',
    says: /“.*gone\.txt”.*not there/,
  },
  {
    title: 'a path that is not there',
    args: ['get', 'gone.txt'],
    status: 1,
    code: 'NotFound',
    says: /nothing at “gone\.txt” on the server/,
  },
  {
    title: 'deleting what is not there',
    args: ['rm', 'gone.txt'],
    status: 1,
    code: 'NotFound',
    says: /nothing at “gone\.txt”/,
  },
  {
    title: 'a version that never was',
    args: ['restore', 'taken.txt', '999999'],
    status: 1,
    code: 'NotFound',
    says: /./,
  },
  {
    title: 'a job that never was',
    args: ['jobs', 'result', '00000000-0000-4000-8000-000000000000'],
    status: 1,
    code: 'JobNotFound',
    says: /no job with this id/,
  },
  {
    title: 'an operation that nobody knows',
    args: ['jobs', 'submit', 'divide', '{}'],
    status: 2,
    code: 'UnknownOperation',
    says: /operation/,
  },
  {
    title: 'parameters of the wrong shape',
    args: ['jobs', 'submit', 'add', '{"numbers":[1]}'],
    status: 2,
    code: 'InvalidParams',
    says: /numbers|values/,
  },
  { title: 'text where a number belongs', args: ['add', '1', 'two'], status: 2, code: 'InvalidParams', says: /two/ },
];

for (const { title, args, status, code, says, options } of CASES) {
  test(`${title} is one line that says what to do`, async () => {
    const told = await server.cli(args, options?.());
    failsWith(told, status, says);
    const json = await server.cli([...args, '--json'], options?.());
    assert.equal(json.status, status);
    assert.equal(json.lines.at(-1)?.['event'], 'error');
    assert.equal(json.lines.at(-1)?.['code'], code);
    assert.equal(json.stderr, '');
  });
}

test('no server: the address and what to check', async () => {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  const told = await server.cli(['ls'], { env: { SYNCLINE_SERVER: `ws://127.0.0.1:${port}/files` } });
  failsWith(told, 3, new RegExp(`ws://127\\.0\\.0\\.1:${port} cannot be reached: nothing listens there\\. Check`));
});

test('an unreadable file', async () => {
  writeFileSync(join(home, 'secret.txt'), 'secret\n');
  chmodSync(join(home, 'secret.txt'), 0o000);
  // root may read everything, so the command runs as somebody else then
  const somebody = process.getuid?.() === 0 ? { uid: 65534 } : {};
  const told = await server.cli(['put', 'secret.txt', 'secret.txt'], somebody);
  failsWith(told, 1, /“.*secret\.txt”: the file system refuses access/);
});

test('more on standard input than a call can carry', async () => {
  const told = await server.cli(['add', '--input', '-'], { input: '1234567\n'.repeat(1_100_000) });
  failsWith(told, 2, /more than one call can carry.*jobs submit/);
});

test('a full disk on the server: nothing changes, the server lives on, smaller files still fit', async (t) => {
  const own = temporaryFolder(t);
  mkdirSync(join(own, 'server'));
  const tight = onTightDisk(join(own, 'server'), 8);
  const full = await ServerProcess.start(t, own, { through: tight ?? withSmallFiles(4096) });
  writeFileSync(join(own, 'small'), 'small\n');
  writeFileSync(join(own, 'large'), pseudoRandom('full', 12_000_000));
  assert.equal((await full.cli(['put', 'small', 'file'])).status, 0);
  const told = await full.cli(['put', 'large', 'file']);
  failsWith(told, 1, tight ? /disk is full/ : /disk|full|EFBIG/);
  assert.equal((await full.cli(['get', 'file', join(own, 'back')])).status, 0);
  assert.equal(readFileSync(join(own, 'back'), 'utf8'), 'small\n');
  assert.equal((await full.cli(['put', 'small', 'other'])).status, 0);
});

test('a full disk here: nothing half-written, nothing left behind', async (t) => {
  const own = temporaryFolder(t);
  mkdirSync(join(own, 'small disk'));
  writeFileSync(join(own, 'large'), pseudoRandom('full', 12_000_000));
  assert.equal((await server.cli(['put', join(own, 'large'), 'large'])).status, 0);
  const tight = onTightDisk(join(own, 'small disk'), 8);
  const through = tight ?? withSmallFiles(4096);
  const told = await server.cli(['get', 'large', join(own, 'small disk/large')], { through });
  failsWith(told, 1, tight ? /disk is full/ : /disk|full|EFBIG/);
  assert.deepEqual(readdirSync(join(own, 'small disk')), []);
});

function failsWith({ status, stdout, stderr }: Ended, expected: number, says: RegExp): void {
  assert.match(stderr, says);
  assert.match(stderr, /^Error: [^\n]+\n$/, 'one line');
  assert.doesNotMatch(stderr, /\n\s+at |Something went wrong inside/);
  assert.equal(stdout, '');
  assert.equal(status, expected, stderr);
  assert.equal(existsSync(join(home, '.syncline')), false);
}
