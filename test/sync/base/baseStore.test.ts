import assert from 'node:assert/strict';
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { BaseStore, type BaseState } from '../../../extension/sync/base/baseStore.ts';
import type { KnownFile } from '../../../extension/sync/local/statCache.ts';
import type { KnownFolderChange } from '../../../extension/sync/local/knownFolders.ts';
import { EMPTY_TREE, nodeAt, sameNode, type Tree } from '../../../extension/sync/tree/tree.ts';
import { contentIdOf } from '../../../server/protocol/contentId.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';
import { arbitraryPerturbation, arbitraryTree } from '../../support/arbitraryTree.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { show, treeOf } from '../../support/treeNotation.ts';

const cursor = { epoch: 'epoch-0001', rev: 7 };
const stateOf = (base: string, remote?: string): BaseState => ({
  base: treeOf(base),
  remote: remote === undefined ? null : { tree: treeOf(remote), cursor },
  conflicts: [],
});

function open(t: TestContext, folder: string): BaseStore {
  const store = BaseStore.open(folder);
  t.after(() => store.close());
  return store;
}

function reopened(t: TestContext, store: BaseStore, folder: string): BaseStore {
  store.close();
  return open(t, folder);
}

test('begins with nothing', (t) => {
  const { base, remote, conflicts } = open(t, temporaryFolder(t)).state;
  assert.deepEqual([base, remote, conflicts], [EMPTY_TREE, null, []]);
});

test('what was saved is there after a restart', (t) => {
  const folder = temporaryFolder(t);
  const store = open(t, folder);
  const path = parseWirePath('d/b');
  const conflicts = [{ path, base: null, mine: null, theirs: { kind: 'directory' as const } }];
  store.save({ ...stateOf('a=1 d/b*=2 e/ l->a', 'a=1 d/b=3 s/t=4'), conflicts });
  const { state, wasDamaged } = reopened(t, store, folder);
  assert.equal(show(state.base), 'a=1 d/b*=2 e/ l->a');
  assert.equal(state.remote && show(state.remote.tree), 'a=1 d/b=3 s/t=4');
  assert.deepEqual(state.remote?.cursor, cursor);
  assert.deepEqual(state.conflicts, conflicts);
  assert.equal(wasDamaged, false);
});

test('what was begun on the local folder is known until a save settles it', (t) => {
  const folder = temporaryFolder(t);
  const store = open(t, folder);
  const begun = [{ kind: 'makeDirectory' as const, path: parseWirePath('d') }];
  store.beginLocally([{ kind: 'makeDirectory', path: parseWirePath('earlier') }]);
  store.beginLocally(begun);
  store.save(stateOf('a=1'));
  const again = reopened(t, store, folder);
  assert.deepEqual(again.begunLocally(), begun);
  again.save(stateOf('a=2'), [], [], true);
  assert.deepEqual(reopened(t, again, folder).begunLocally(), []);
});

test("the server's tree shares what is as in the base, so that comparing them costs nothing", (t) => {
  const folder = temporaryFolder(t);
  const store = open(t, folder);
  store.save(stateOf('d/a=1 e/b=2', 'd/a=1 e/b=3'));
  const { base, remote } = reopened(t, store, folder).state;
  assert.ok(remote);
  assert.equal(nodeAt(remote.tree, parseWirePath('d')), nodeAt(base, parseWirePath('d')));
  assert.notEqual(remote.tree, base);
});

test('keeps known files and forgets those of folders that are gone', (t) => {
  const folder = temporaryFolder(t);
  const store = open(t, folder);
  const known = (text: string): KnownFile => [`stamp ${text}`, contentIdOf(Buffer.from(text))];
  store.save(stateOf(''), [
    ['', [['__proto__', known('p')]]],
    ['d', [['a', known('a')]]],
  ]);
  store.save(stateOf(''), [['d', []]]);
  assert.deepEqual([...reopened(t, store, folder).knownFiles()], [['', [['__proto__', known('p')]]]]);
});

test('how a folder looked is known as long as the base lists what it held', (t) => {
  const folder = temporaryFolder(t);
  const store = open(t, folder);
  const state = stateOf('a=1 d/b=2 d/e/c=3');
  store.save(state);
  const known = (path: string): KnownFolderChange => {
    const holds = nodeAt(state.base, path === '' ? undefined : parseWirePath(path)) as Tree;
    return { path, known: { listing: { names: `names of ${path}`, stamps: new Uint8Array([1, 2]) }, holds } };
  };
  store.saveFolders([known(''), known('d'), known('d/e')]);
  const again = reopened(t, store, folder);
  assert.deepEqual([...again.knownFolders.keys()].sort(), ['', 'd', 'd/e']);
  assert.deepEqual(again.knownFolders.get('d')?.listing, known('d').known?.listing);
  assert.equal(again.knownFolders.get('')?.holds, again.state.base);
  again.save(stateOf('a=1 d/b=x'));
  const later = reopened(t, again, folder);
  assert.deepEqual([...later.knownFolders.keys()], [''], 'the root lists the same, whatever is in its folders');
  later.saveFolders([
    { path: '', known: null },
    { ...known('d'), path: 'd' },
  ]);
  assert.equal(
    reopened(t, later, folder).knownFolders.size,
    0,
    'nor is anything kept of a folder that is not the saved one',
  );
});

test('a row that was damaged is found, also where it was known how the folder looked', (t) => {
  const folder = temporaryFolder(t);
  const store = open(t, folder);
  const state = stateOf('a=1');
  store.save(state);
  store.saveFolders([{ path: '', known: { listing: { names: '', stamps: new Uint8Array() }, holds: state.base } }]);
  store.close();
  change(join(folder, 'base.db'), `UPDATE folders SET children = '{"a":["no content",1,0]}'`);
  assert.equal(open(t, folder).wasDamaged, true);
});

test('keeps commits without an answer, in order, until they are settled', (t) => {
  const folder = temporaryFolder(t);
  const store = open(t, folder);
  const commit = (id: string) => ({ id, operations: [{ kind: 'makeDirectory' as const, path: parseWirePath(id) }] });
  for (const id of ['one', 'two', 'three']) store.addPending(commit(id));
  store.save(stateOf(''), [], ['two']);
  assert.deepEqual(reopened(t, store, folder).pendingCommits(), [commit('one'), commit('three')]);
});

test('any sequence of states is kept exactly', (t) => {
  fc.assert(
    fc.property(
      arbitraryTree(),
      fc.array(fc.tuple(arbitraryPerturbation, arbitraryPerturbation), { maxLength: 4 }),
      (first, steps) => {
        const folder = temporaryFolder(t);
        const store = BaseStore.open(folder);
        let state: BaseState = { base: first, remote: { tree: first, cursor }, conflicts: [] };
        store.save(state);
        for (const [here, there] of steps) {
          const remote = state.remote ? { tree: there(state.remote.tree), cursor } : null;
          state = { base: here(state.base), remote, conflicts: [] };
          store.save(state);
        }
        store.close();
        const again = BaseStore.open(folder);
        assert.ok(sameNode(again.state.base, state.base));
        assert.ok(sameNode(again.state.remote?.tree, state.remote?.tree));
        again.close();
      },
    ),
    { numRuns: 100 },
  );
});

const DAMAGES: [string, (file: string) => void][] = [
  ['is no database', (file) => writeFileSync(file, 'x'.repeat(5000))],
  ['was cut short', (file) => truncateSync(file, 5000)],
  [
    'was overwritten in the middle',
    (file) => {
      const bytes = readFileSync(file);
      bytes.fill(0xaa, 4096);
      writeFileSync(file, bytes);
    },
  ],
  ['lost a table', (file) => change(file, 'DROP TABLE folders; CREATE TABLE folders (x)')],
  ['holds rows that are none of ours', (file) => change(file, `UPDATE folders SET children = '{"a":[1,2,3]}'`)],
  ['holds a name that is a path', (file) => change(file, `UPDATE folders SET children = '{"../x":0}'`)],
  ['was written by a later version', (file) => change(file, "UPDATE meta SET value = '99' WHERE key = 'version'")],
];

function change(file: string, statements: string): void {
  const database = new DatabaseSync(file);
  database.exec(statements);
  database.close();
}

for (const [title, damage] of DAMAGES) {
  test(`a state that ${title} is put aside and begun anew`, (t) => {
    const folder = temporaryFolder(t);
    const store = BaseStore.open(folder);
    store.save(stateOf('a=1 d/b=2'));
    store.close();
    damage(join(folder, 'base.db'));
    const again = open(t, folder);
    assert.equal(again.wasDamaged, true);
    assert.equal(show(again.state.base), '');
    assert.ok(existsSync(join(folder, 'base.db.damaged')));
    again.save(stateOf('a=2'));
    assert.equal(show(reopened(t, again, folder).state.base), 'a=2');
  });
}

test('a save that fails keeps the one before', (t) => {
  const folder = temporaryFolder(t);
  const store = open(t, folder);
  store.save(stateOf('a=1'));
  const other = new DatabaseSync(join(folder, 'base.db'));
  other.exec('BEGIN IMMEDIATE');
  assert.throws(() => store.save(stateOf('a=2')), { code: 'StorageFailed' });
  other.close();
  assert.equal(show(store.state.base), 'a=1');
  store.save(stateOf('a=3'));
  assert.equal(show(reopened(t, store, folder).state.base), 'a=3');
});
