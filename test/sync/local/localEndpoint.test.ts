import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { DIRECTORY } from '../../../server/protocol/entry.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';
import type { ContentSource, Outcome } from '../../../extension/sync/endpoint.ts';
import { LocalEndpoint } from '../../../extension/sync/local/localEndpoint.ts';
import { SafetyCopies } from '../../../extension/sync/local/safetyCopies.ts';
import { StatCache } from '../../../extension/sync/local/statCache.ts';
import { reconcile } from '../../../extension/sync/reconcile/reconcile.ts';
import { EMPTY_TREE, entriesOf, type Tree } from '../../../extension/sync/tree/tree.ts';
import { arbitraryPerturbation, arbitraryTree } from '../../support/arbitraryTree.ts';
import { MemoryEndpoint } from '../../support/memoryEndpoint.ts';
import { plantTree } from '../../support/plantTree.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { untilOld } from '../../support/untilOld.ts';
import { harvest } from '../../support/tree.ts';
import { file, show, textOf, treeOf } from '../../support/treeNotation.ts';

const p = parseWirePath;
const put = (path: string, text: string, before: string | null): Operation => ({
  kind: 'put',
  path: p(path),
  entry: file(text),
  expect: before === null ? null : file(before),
});
const remove = (path: string, text: string): Operation => ({ kind: 'delete', path: p(path), expect: file(text) });
const removeFolder = (path: string): Operation => ({ kind: 'delete', path: p(path), expect: DIRECTORY });
const rename = (from: string, to: string, text?: string): Operation => ({
  kind: 'rename',
  from: p(from),
  to: p(to),
  expect: text === undefined ? DIRECTORY : file(text),
  expectTo: null,
});

class Folder {
  readonly root: string;
  readonly state: string;
  readonly endpoint: LocalEndpoint;

  constructor(t: Pick<TestContext, 'after'>, tree = '') {
    const folder = temporaryFolder(t);
    this.root = join(folder, 'root');
    this.state = join(folder, 'state');
    plantTree(this.root, treeOf(tree));
    this.endpoint = new LocalEndpoint({
      root: this.root,
      stateDirectory: this.state,
      cache: new StatCache(),
      safety: new SafetyCopies(join(this.state, 'safety'), () => Date.UTC(2026, 10, 22, 14, 3)),
      log: () => {},
    });
  }

  at = (path: string): string => join(this.root, path);

  async scan(): Promise<string> {
    return show((await this.endpoint.scan({ look: 'everything', base: EMPTY_TREE })).tree);
  }

  /** Outcomes in order: `done`, `stale`, or the code of a problem. */
  async apply(
    operations: Operation[],
    source: ContentSource = anything().read(),
    signal?: AbortSignal,
  ): Promise<string> {
    const outcomes = new Map<Operation, Outcome>();
    await this.endpoint.apply(operations, source, {
      signal,
      onOutcome: (operation, outcome) => outcomes.set(operation, outcome),
    });
    return operations
      .map((operation) => outcomes.get(operation))
      .map((outcome) => (outcome?.kind === 'problem' ? outcome.problem.code : outcome?.kind))
      .join(' ');
  }

  /** What was kept, by path. */
  safety(): object {
    const folder = join(this.state, 'safety');
    if (!existsSync(folder)) return {};
    assert.deepEqual(readdirSync(folder), ['2026-11-22T14-03-00.000Z']);
    return Object.fromEntries(
      Object.entries(harvest(join(folder, '2026-11-22T14-03-00.000Z'))).filter(([, value]) => value !== null),
    );
  }
}

/** A side that has every content the tests name. */
const anything = (): MemoryEndpoint =>
  new MemoryEndpoint(treeOf('a=new b=new d/a=new d/n=new l=new n/a=new n/m=new x=2 y=3'));

const CASES: [string, { before: string; operations: Operation[]; after: string; outcomes?: string; kept?: object }][] =
  [
    ['writes a new file', { before: '', operations: [put('a', 'new', null)], after: 'a=new', kept: {} }],
    ['makes the folders above a new file', { before: '', operations: [put('n/m', 'new', null)], after: 'n/m=new' }],
    [
      'replaces a file and keeps the old one',
      { before: 'd/a=1', operations: [put('d/a', 'new', '1')], after: 'd/a=new', kept: { 'd/a': '1' } },
    ],
    [
      'deletes a file and keeps it',
      { before: 'd/a=1', operations: [remove('d/a', '1')], after: 'd/', kept: { 'd/a': '1' } },
    ],
    [
      'does not replace a file that changed',
      { before: 'a=2', operations: [put('a', 'new', '1')], after: 'a=2', outcomes: 'stale', kept: {} },
    ],
    [
      'does not replace a file that appeared',
      { before: 'a=2', operations: [put('a', 'new', null)], after: 'a=2', outcomes: 'stale' },
    ],
    [
      'does not bring back a file that vanished',
      { before: '', operations: [put('a', 'new', '1')], after: '', outcomes: 'stale' },
    ],
    [
      'does not delete a file that changed',
      { before: 'a=2', operations: [remove('a', '1')], after: 'a=2', outcomes: 'stale' },
    ],
    [
      'does not write below a file',
      { before: 'd=1', operations: [put('d/a', 'new', null)], after: 'd=1', outcomes: 'stale' },
    ],
    [
      'goes on after an operation that cannot be done',
      {
        before: 'a=2',
        operations: [put('a', 'new', '1'), put('b', 'new', null)],
        after: 'a=2 b=new',
        outcomes: 'stale done',
      },
    ],
    ['removes an empty folder', { before: 'd/', operations: [removeFolder('d')], after: '' }],
    [
      'leaves a folder standing that holds something',
      { before: 'd/a=1', operations: [removeFolder('d')], after: 'd/a=1', outcomes: 'done' },
    ],
    [
      'makes a folder, also one that is there',
      {
        before: 'd/',
        operations: [
          { kind: 'makeDirectory', path: p('d') },
          { kind: 'makeDirectory', path: p('n/m') },
        ],
        after: 'd/ n/m/',
      },
    ],
    [
      'makes no folder over a file',
      { before: 'd=1', operations: [{ kind: 'makeDirectory', path: p('d') }], after: 'd=1', outcomes: 'stale' },
    ],
    ['renames a file', { before: 'a=1', operations: [rename('a', 'n/b', '1')], after: 'n/b=1', kept: {} }],
    [
      'renames a folder with all that is in it',
      { before: 'd/a=1 d/e/b=2', operations: [rename('d', 'n')], after: 'n/a=1 n/e/b=2' },
    ],
    [
      'renames onto nothing that exists',
      { before: 'a=1 b=2', operations: [rename('a', 'b', '1')], after: 'a=1 b=2', outcomes: 'stale' },
    ],
    [
      'does not rename a file that changed',
      { before: 'a=2', operations: [rename('a', 'b', '1')], after: 'a=2', outcomes: 'stale' },
    ],
    ['renames by case alone', { before: 'a=1', operations: [rename('a', 'A', '1')], after: 'A=1' }],
    [
      'writes into a folder right after it was renamed',
      {
        before: 'd/a=1',
        operations: [rename('d', 'n'), put('n/a', 'new', '1')],
        after: 'n/a=new',
        outcomes: 'done done',
      },
    ],
    [
      'puts one content in several places',
      {
        before: '',
        operations: [put('a', 'new', null), put('b', 'new', null), put('n/m', 'new', null)],
        after: 'a=new b=new n/m=new',
        outcomes: 'done done done',
      },
    ],
    [
      'writes empty files',
      { before: 'a=1', operations: [put('a', '', '1'), put('b', '', null)], after: 'a= b=', outcomes: 'done done' },
    ],
    [
      'makes a link, changes it, and keeps what it replaced',
      {
        before: 'l->a x=1',
        operations: [
          { kind: 'put', path: p('l'), entry: { kind: 'link', target: 'b' }, expect: { kind: 'link', target: 'a' } },
          { kind: 'put', path: p('m'), entry: { kind: 'link', target: 'b' }, expect: null },
          { kind: 'put', path: p('x'), entry: { kind: 'link', target: 'b' }, expect: file('1') },
        ],
        after: 'l->b m->b x->b',
        outcomes: 'done done done',
        kept: { l: '-> a', x: '1' },
      },
    ],
    [
      'replaces a link without following it',
      {
        before: 'l->a a=1',
        operations: [{ kind: 'put', path: p('l'), entry: file('new'), expect: { kind: 'link', target: 'a' } }],
        after: 'a=1 l=new',
      },
    ],
    [
      'deletes a link, not what it leads to',
      {
        before: 'l->a a=1',
        operations: [{ kind: 'delete', path: p('l'), expect: { kind: 'link', target: 'a' } }],
        after: 'a=1',
        kept: { l: '-> a' },
      },
    ],
    [
      'does not write through a link to a folder',
      { before: 'd/x=1 l->d', operations: [put('l/a', 'new', null)], after: 'd/x=1 l->d', outcomes: 'stale' },
    ],
    [
      'refuses links that lead outside and names of git',
      {
        before: '',
        operations: [
          { kind: 'put', path: p('l'), entry: { kind: 'link', target: '../x' }, expect: null },
          put('.git/hooks', 'new', null),
          put('.GIT/config', 'new', null),
        ],
        after: '',
        outcomes: 'LinkOutside IllegalPath IllegalPath',
      },
    ],
  ];

for (const [title, { before, operations, after, outcomes = 'done', kept }] of CASES) {
  test(title, async (t) => {
    const folder = new Folder(t, before);
    await folder.scan();
    const told = await folder.apply(operations);
    assert.equal(
      operations.length === 1 || outcomes.includes(' ') ? told : [...new Set(told.split(' '))].join(' '),
      outcomes,
    );
    const picture = show((await folder.endpoint.scan({ look: 'nothing', base: EMPTY_TREE })).tree);
    assert.equal(await folder.scan(), after);
    if (!outcomes.includes('stale') && !title.includes('standing'))
      assert.equal(picture, after, 'the picture shows it without a look');
    if (kept) assert.deepEqual(folder.safety(), kept);
    assert.deepEqual(readdirSync(join(folder.state, 'fetching')), [], 'nothing is left behind');
  });
}

test('sets and clears the executable bit and keeps the other bits of a file', async (t) => {
  const folder = new Folder(t, 'a=1 b=1');
  chmodSync(folder.at('a'), 0o640);
  chmodSync(folder.at('b'), 0o700);
  await folder.scan();
  const outcomes = await folder.apply([
    { kind: 'put', path: p('a'), entry: file('1', true), expect: file('1') },
    { kind: 'put', path: p('b'), entry: file('new'), expect: file('1', true) },
  ]);
  assert.equal(outcomes, 'done done');
  assert.equal(lstatSync(folder.at('a')).mode & 0o777, 0o750);
  assert.equal(lstatSync(folder.at('b')).mode & 0o777, 0o600);
});

test('a new file gets the mode any program would give it', async (t) => {
  const folder = new Folder(t);
  await folder.apply([put('a', 'new', null), { kind: 'put', path: p('b'), entry: file('new', true), expect: null }]);
  writeFileSync(folder.at('c'), '');
  assert.equal(lstatSync(folder.at('a')).mode, lstatSync(folder.at('c')).mode);
  assert.equal(await folder.scan(), 'a=new b*=new c=');
});

test('nothing is touched when the contents do not arrive', async (t) => {
  const folder = new Folder(t, 'a=1 b=2');
  await folder.scan();
  const source = anything();
  source.beforeSend = ({ path }) => {
    if (path === 'y') throw new Error('cut');
  };
  const operations = [remove('b', '2'), put('a', 'new', '1'), put('y', '3', null)];
  await assert.rejects(folder.apply(operations, source.read()));
  assert.equal(await folder.scan(), 'a=1 b=2');
});

test('a content that is gone at its source leaves its path alone and no other', async (t) => {
  const folder = new Folder(t, 'a=1');
  await folder.scan();
  const source = new MemoryEndpoint(treeOf('x=2'));
  assert.equal(await folder.apply([put('a', 'new', '1'), put('x', '2', null)], source.read()), 'stale done');
  assert.equal(await folder.scan(), 'a=1 x=2');
});

test('what the folder holds elsewhere is not fetched', async (t) => {
  const folder = new Folder(t, 'a=new');
  await folder.scan();
  const source = anything();
  assert.equal(await folder.apply([put('b', 'new', null)], source.read()), 'done');
  assert.deepEqual(source.sent, []);
  assert.equal(await folder.scan(), 'a=new b=new');
});

test('a file that changed after the scan is not overwritten, even when its size is the same', async (t) => {
  const folder = new Folder(t, 'a=1 b=1');
  await folder.scan();
  writeFileSync(folder.at('a'), '2');
  assert.equal(await folder.apply([put('a', 'new', '1'), remove('b', '1')]), 'stale done');
  assert.equal(await folder.scan(), 'a=2');
});

test('a file that the cache knows to hold something else is not overwritten', async (t) => {
  const folder = new Folder(t, 'a=2');
  await untilOld();
  await folder.scan();
  assert.equal(await folder.apply([put('a', 'new', '1'), remove('a', '1')]), 'stale stale');
  assert.equal(await folder.scan(), 'a=2');
});

test('when the safety copy cannot be made, the file stays', async (t) => {
  const folder = new Folder(t, 'a=1 b=2 l->a');
  await folder.scan();
  mkdirSync(folder.state);
  writeFileSync(join(folder.state, 'safety'), 'in the way');
  const link: Operation = { kind: 'delete', path: p('l'), expect: { kind: 'link', target: 'a' } };
  const outcomes = await folder.apply([put('a', 'new', '1'), remove('b', '2'), link, put('n/m', 'new', null)]);
  assert.equal(outcomes, 'StorageFailed StorageFailed StorageFailed done');
  assert.equal(await folder.scan(), 'a=1 b=2 l->a n/m=new');
});

test('a program that keeps its own name for the old file is not disturbed', async (t) => {
  const folder = new Folder(t, 'a=1');
  linkSync(folder.at('a'), join(folder.state, '..', 'other'));
  await folder.scan();
  assert.equal(await folder.apply([put('a', 'new', '1')]), 'done');
  assert.equal(readFileSync(join(folder.state, '..', 'other'), 'utf8'), '1');
});

test('stops between two operations when it is cancelled', async (t) => {
  const folder = new Folder(t, 'a=1');
  await folder.scan();
  const controller = new AbortController();
  const source = anything();
  source.beforeSend = () => controller.abort();
  await assert.rejects(folder.apply([put('a', 'new', '1')], source.read(), controller.signal), { code: 'Cancelled' });
  assert.equal(await folder.scan(), 'a=1');
});

test('nothing is changed in another folder that has taken the place of the one that was looked at', async (t) => {
  const folder = new Folder(t, 'a=1 b=2');
  await folder.scan();
  renameSync(folder.root, `${folder.root} of before`);
  plantTree(folder.root, treeOf('a=1 b=2'));
  await assert.rejects(folder.apply([put('a', 'new', '1'), remove('b', '2')]), { code: 'RootUnavailable' });
  assert.deepEqual(harvest(folder.root), { a: '1', b: '2' });
});

test('a folder swapped for a link does not lead outside', async (t) => {
  const folder = new Folder(t, 'd/a=1');
  await folder.scan();
  const outside = join(folder.state, '..', 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'a'), '1');
  renameSync(folder.at('d'), folder.at('e'));
  symlinkSync(outside, folder.at('d'));
  assert.equal(
    await folder.apply([put('d/a', 'new', '1'), put('d/n', 'new', null), remove('d/a', '1')]),
    'stale stale stale',
  );
  assert.deepEqual(readdirSync(outside), ['a']);
  assert.equal(readFileSync(join(outside, 'a'), 'utf8'), '1');
});

test('stages in the root when the state is on another file system, and leaves nothing there', async (t) => {
  if (!existsSync('/dev/shm') || lstatSync('/dev/shm').dev === lstatSync(temporaryFolder(t)).dev) return;
  const folder = new Folder(t, 'a=1');
  const state = `/dev/shm/syncline-test-${process.pid}`;
  t.after(() => rmSync(state, { recursive: true, force: true }));
  const safety = new SafetyCopies(join(state, 'safety'), () => 0);
  const endpoint = new LocalEndpoint({
    root: folder.root,
    stateDirectory: state,
    cache: new StatCache(),
    safety,
    log: () => {},
  });
  await endpoint.scan({ look: 'everything', base: EMPTY_TREE });
  const outcomes: Outcome[] = [];
  const operations = [put('a', 'new', '1'), put('n/m', 'new', null)];
  await endpoint.apply(operations, anything().read(), { onOutcome: (_, outcome) => outcomes.push(outcome) });
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ['done', 'done'],
  );
  assert.deepEqual(
    harvest(folder.root, () => false),
    { a: 'new', n: null, 'n/m': 'new' },
  );
  assert.equal(readFileSync(join(state, 'safety', '1970-01-01T00-00-00.000Z', 'a'), 'utf8'), '1');
});

test('makes any tree out of any other, and keeps every content it takes away', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryTree(), arbitraryPerturbation, async (tree, perturb) => {
      const cleanups: (() => void)[] = [];
      const folder = new Folder({ after: (cleanup) => void cleanups.push(cleanup as () => void) });
      plantTree(folder.root, tree);
      await folder.scan();
      const wanted = perturb(tree);
      const { toLocal } = reconcile({ base: tree, local: tree, remote: wanted }, { mode: 'two-way' });
      const told = await folder.apply([...toLocal], new MemoryEndpoint(wanted).read());
      assert.match(told, /^(done ?)*$/);
      assert.equal(await folder.scan(), show(wanted));
      const copies = existsSync(folder.state) ? harvest(folder.state) : {};
      const kept = new Set(Object.values(copies).map((text) => text?.replace(/^\+x /, '')));
      const texts = (root: Tree): string[] =>
        [...entriesOf(root)].flatMap(([, node]) => (node.kind === 'file' ? [textOf(node.content)] : []));
      const still = new Set(texts(wanted));
      for (const text of texts(tree)) assert.ok(kept.has(text) || still.has(text), `“${text}” is nowhere`);
      for (const cleanup of cleanups) cleanup();
    }),
    { numRuns: 200 },
  );
});
