import assert from 'node:assert/strict';
import { describe, path, ShareUser } from '../support/shareUser.ts';
import type { Catalogue } from './shareContract.ts';

export const catalogue: Catalogue = {
  async 'a listing comes in pages, by name without regard to case'({ share }) {
    const user = new ShareUser(share);
    for (const at of ['d/c', 'd/a', 'd/b/x', 'd/B2', 'e']) await user.put(at, at);
    const first = await share.list(path('d'), undefined, 3);
    assert.deepEqual([first.entries.map((row) => row.path), first.more], [['d/a', 'd/b', 'd/B2'], true]);
    const second = await share.list(path('d'), path('d/B2'), 3);
    assert.deepEqual([second.entries.map((row) => row.path), second.more], [['d/c'], false]);
    await assert.rejects(share.list(path('none'), undefined, 2), { code: 'NotFound' });
    await assert.rejects(share.list(path('e'), undefined, 2), { code: 'NotADirectory' });
  },

  async 'changes come in order and without holes'({ share }) {
    const user = new ShareUser(share);
    const start = share.cursor();
    await user.put('a', '1');
    await user.put('d/b', '2');
    await user.rename('a', 'c');
    await user.remove('d', true);
    const { changes, cursor, more } = await share.changes({ since: start });
    assert.deepEqual(changes.map(describe), ['put a', 'put d/', 'put d/b', 'rename a c', 'delete d']);
    assert.deepEqual(
      changes.map(({ rev }) => rev - start.rev),
      [1, 2, 3, 4, 5],
    );
    assert.deepEqual([cursor, more], [share.cursor(), false]);
    assert.deepEqual(await user.changesSince(cursor), []);
  },

  async 'changes come in pages'({ share }) {
    const user = new ShareUser(share);
    const start = share.cursor();
    for (let i = 0; i < 5; i++) await user.makeDirectory(`d${i}`);
    const first = await share.changes({ since: start, limit: 3 });
    assert.deepEqual([first.changes.length, first.more], [3, true]);
    const second = await share.changes({ since: first.cursor, limit: 3 });
    assert.deepEqual([second.changes.map(describe), second.more], [['put d3/', 'put d4/'], false]);
  },

  async 'a snapshot tells everything, and what happened while it was read comes after it'({ share }) {
    const user = new ShareUser(share);
    for (const at of ['a', 'b/c', 'd']) await user.put(at, at);
    const first = await share.changes({ limit: 2 });
    assert.deepEqual([first.reset, first.changes.map(describe), first.more], [true, ['put a', 'put b/'], true]);
    assert(first.snapshot);
    await user.remove('a');
    const second = await share.changes({ snapshot: first.snapshot, limit: 2 });
    assert.deepEqual(second.changes.map(describe), ['put b/c', 'put d']);
    assert.deepEqual([second.reset, second.snapshot, second.more, second.cursor], [false, null, true, first.cursor]);
    const rest = await share.changes({ since: second.cursor });
    assert.deepEqual([rest.changes.map(describe), rest.more], [['delete a'], false]);
  },

  async 'an empty share has an empty snapshot'({ share }) {
    assert.deepEqual(await share.changes({}), {
      reset: true,
      changes: [],
      cursor: share.cursor(),
      more: false,
      snapshot: null,
    });
  },

  async 'a cursor that means nothing here is answered with a snapshot'({ share }) {
    const user = new ShareUser(share);
    await user.put('a', '1');
    const { epoch, rev } = share.cursor();
    assert.deepEqual(await user.changesSince({ epoch: 'another-epoch', rev }), ['reset', 'put a']);
    assert.deepEqual(await user.changesSince({ epoch, rev: rev + 1 }), ['reset', 'put a']);
    const stale = await share.changes({ snapshot: { cursor: { epoch: 'another-epoch', rev }, after: path('a') } });
    assert.deepEqual([stale.reset, stale.changes.map(describe)], [true, ['put a']]);
  },

  async 'someone who sees one folder is told what concerns it'({ share }) {
    const user = new ShareUser(share);
    await user.put('in/x', '1');
    await user.put('out/y', '2');
    await user.put('out/tree/z', '3');
    const start = share.cursor();
    await user.put('in/new', '4');
    await user.put('out/new', '5');
    await user.rename('in/x', 'out/x');
    await user.rename('out/y', 'in/y');
    await user.rename('in/y', 'in/sub/y');
    const told = ['put in/new', 'delete in/x', 'put in/y', 'put in/sub/', 'rename in/y in/sub/y'];
    assert.deepEqual(await user.changesSince(start, 'in'), told);
    const { snapshot, changes } = await share.changes({ dir: path('in') });
    assert.deepEqual([snapshot, changes.map(describe)], [null, ['put in/new', 'put in/sub/', 'put in/sub/y']]);
    assert.deepEqual(Object.keys(await user.tree('out')), ['out/new', 'out/tree', 'out/tree/z', 'out/x']);

    const beforeTree = share.cursor();
    await user.rename('out/tree', 'in/tree');
    assert.deepEqual((await user.changesSince(beforeTree, 'in'))[0], 'reset');
    const beforeMove = share.cursor();
    await user.rename('in', 'elsewhere');
    assert.deepEqual(await user.changesSince(beforeMove, 'in'), ['reset']);
    const beforeDelete = share.cursor();
    await user.remove('elsewhere', true);
    assert.deepEqual(await user.changesSince(beforeDelete, 'elsewhere/sub'), ['reset']);
  },

  async 'listeners are told every change, in order and without gaps'({ share }) {
    const user = new ShareUser(share);
    const told: string[] = [];
    let at = share.cursor();
    const listening = share.onDidChange(({ from, cursor, changes }) => {
      assert.deepEqual(from, at);
      assert.equal(cursor.rev - from.rev, changes.length);
      at = cursor;
      told.push(...changes.map(describe));
    });
    await Promise.all(['a', 'b', 'c/d'].map((name) => user.put(name, name)));
    await user.put('a', 'a');
    assert.deepEqual(at, share.cursor());
    assert.deepEqual(told.toSorted(), ['put a', 'put b', 'put c/', 'put c/d']);
    listening[Symbol.dispose]();
    await user.remove('a');
    assert.equal(told.length, 4);
  },

  async 'a look at everything finds nothing new where nobody else changed anything'({ share }) {
    const user = new ShareUser(share);
    for (const at of ['a', 'b/c', 'b/d']) await user.put(at, at);
    const before = share.cursor();
    await share.rescan();
    const first = await share.verify({ limit: 2 });
    assert.deepEqual([first.checked, first.drift, first.after], [1, [], 'b']);
    const second = await share.verify({ after: path('b'), limit: 3 });
    assert.deepEqual([second.checked, second.drift, second.after], [2, [], null]);
    assert.deepEqual(share.cursor(), before);
  },

  async 'the numbers for metrics add up'({ share }) {
    const user = new ShareUser(share);
    await user.put('d/a', '123');
    await user.put('d/a', '12345');
    await user.upload('staged');
    const { available, entries, bytes, versions, historyBytes, staged, commits, problems } = share.stats();
    assert.deepEqual([available, entries, bytes, versions, historyBytes], [true, 2, 5, 1, 3]);
    assert.deepEqual([staged, commits, problems], [1, 0, 0]);
  },
};
