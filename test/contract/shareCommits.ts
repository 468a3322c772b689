import assert from 'node:assert/strict';
import type { OperationResult } from '../../server/protocol/messages/files.ts';
import { commitId, entryOf, fileEntry, path, ShareUser } from '../support/shareUser.ts';
import type { Catalogue } from './shareContract.ts';

const codeOf = (result: OperationResult | undefined): string =>
  result?.status === 'problem' ? result.code : (result?.status ?? 'none');

export const catalogue: Catalogue = {
  async 'what is put is there, with the folders on the way'({ share }) {
    const user = new ShareUser(share);
    assert.equal(codeOf(await user.put('src/deep/a.txt', 'hello')), 'done');
    assert.deepEqual(await user.tree(), { src: null, 'src/deep': null, 'src/deep/a.txt': 'hello' });
    const root = await share.list(undefined, undefined, 10);
    assert.deepEqual(
      root.entries.map((row) => row.path),
      ['src'],
    );
    assert.equal((await share.stat(path('src/deep/a.txt')))?.rev, 3);
    assert.equal(await share.stat(path('src/b.txt')), null);
  },

  async 'nothing is overwritten that is not what was expected'({ share }) {
    const user = new ShareUser(share);
    await user.put('a', 'theirs');
    for (const expect of [null, fileEntry('older'), fileEntry('theirs', true), entryOf(null)]) {
      const result = await user.put('a', 'mine', expect);
      assert.deepEqual(result, { status: 'conflict', path: 'a', current: fileEntry('theirs') });
    }
    const gone = await user.put('b', 'mine', fileEntry('older'));
    assert.deepEqual(gone, { status: 'conflict', path: 'b', current: null });
    assert.deepEqual(await user.tree(), { a: 'theirs' });
  },

  async 'a put of what is there already is done, whatever was expected, and is no change'({ share }) {
    const user = new ShareUser(share);
    await user.put('a', 'same');
    const before = share.cursor();
    assert.deepEqual(await user.put('a', 'same', null), { status: 'done', rev: 1, changes: 0 });
    assert.deepEqual(await user.put('a', 'same', fileEntry('older')), {
      status: 'done',
      rev: 1,
      changes: 0,
    });
    assert.deepEqual(share.cursor(), before);
  },

  async 'an operation that cannot be done stops none of the others'({ share }) {
    const user = new ShareUser(share);
    await user.upload('one', 'three');
    const results = await user.commit(
      { kind: 'put', path: path('one'), entry: fileEntry('one'), expect: null },
      { kind: 'put', path: path('two'), entry: fileEntry('two'), expect: null },
      { kind: 'put', path: path('three'), entry: fileEntry('three'), expect: null },
    );
    assert.deepEqual(results.map(codeOf), ['done', 'MissingContent', 'done']);
    assert.deepEqual(await user.tree(), { one: 'one', three: 'three' });
  },

  async 'operations of a commit build on each other'({ share }) {
    const user = new ShareUser(share);
    await user.upload('1', '2');
    const results = await user.commit(
      { kind: 'makeDirectory', path: path('d/e') },
      { kind: 'put', path: path('d/e/f'), entry: fileEntry('1'), expect: null },
      { kind: 'put', path: path('d/e/f'), entry: fileEntry('2'), expect: fileEntry('1') },
      { kind: 'rename', from: path('d/e'), to: path('g'), expect: { kind: 'directory' }, expectTo: null },
      { kind: 'put', path: path('d/e'), entry: fileEntry('1'), expect: null },
      { kind: 'delete', path: path('g/f'), expect: fileEntry('2') },
    );
    assert.deepEqual(results.map(codeOf), ['done', 'done', 'done', 'done', 'done', 'done']);
    assert.deepEqual(await user.tree(), { d: null, 'd/e': '1', g: null });
  },

  async 'one content can be put at many paths, and is sent once'({ share }) {
    const user = new ShareUser(share);
    await user.upload('same');
    const paths = ['a', 'b', 'c/d'];
    const results = await user.commit(
      ...paths.map((at) => ({ kind: 'put' as const, path: path(at), entry: fileEntry('same'), expect: null })),
    );
    assert.deepEqual(results.map(codeOf), ['done', 'done', 'done']);
    assert.deepEqual(await user.tree(), { a: 'same', b: 'same', c: null, 'c/d': 'same' });
    assert.equal(
      codeOf((await user.commit({ kind: 'put', path: path('e'), entry: fileEntry('same'), expect: null }))[0]),
      'done',
    );
  },

  async 'the executable bit is part of what a path holds'({ share }) {
    const user = new ShareUser(share);
    await user.put('run', 'x');
    assert.equal(codeOf(await user.put('run', '+x x')), 'done');
    assert.deepEqual(await user.tree(), { run: '+x x' });
    await user.put('run', '+x y');
    await user.put('run', 'y');
    assert.deepEqual(await user.tree(), { run: 'y' });
  },

  async 'links inside the share are kept as links, others are problems'({ share }) {
    const user = new ShareUser(share);
    await user.put('d/target', 't');
    assert.equal(codeOf(await user.put('d/link', '-> target')), 'done');
    assert.equal(codeOf(await user.put('d/up', '-> ../d/target')), 'done');
    assert.equal(codeOf(await user.put('d/out', '-> ../../etc')), 'LinkOutside');
    assert.equal(codeOf(await user.put('d/absolute', '-> /etc/passwd')), 'LinkOutside');
    assert.equal(codeOf(await user.rename('d/up', 'up')), 'LinkOutside');
    assert.deepEqual(await user.tree(), { d: null, 'd/link': '-> target', 'd/target': 't', 'd/up': '-> ../d/target' });
  },

  async 'a folder does not move to where a link in it would lead out'({ share }) {
    const user = new ShareUser(share);
    await user.put('a/b/c/link', '-> ../../x');
    assert.equal(codeOf(await user.rename('a/b/c', 'c')), 'LinkOutside');
    assert.equal(codeOf(await user.rename('a/b/c', 'a/c')), 'done');
  },

  async 'a file, a link or a folder moves as one change'({ share }) {
    const user = new ShareUser(share);
    await user.put('old/sub/a', '1');
    await user.put('old/b', '2');
    const before = share.cursor();
    const result = await user.rename('old', 'new/place');
    assert.deepEqual(result, { status: 'done', rev: before.rev + 2, changes: 2 });
    assert.deepEqual(await user.changesSince(before), ['put new/', 'rename old new/place']);
    assert.deepEqual(await user.tree(), {
      new: null,
      'new/place': null,
      'new/place/b': '2',
      'new/place/sub': null,
      'new/place/sub/a': '1',
    });
    await user.rename('new/place/b', 'b');
    assert.equal((await user.tree())['b'], '2');
  },

  async 'a rename needs what it expects on both ends'({ share }) {
    const user = new ShareUser(share);
    await user.put('a', '1');
    await user.put('b', '2');
    const rename = { kind: 'rename' as const, from: path('a'), to: path('b') };
    const results = await user.commit(
      { ...rename, expect: fileEntry('other'), expectTo: fileEntry('2') },
      { ...rename, expect: fileEntry('1'), expectTo: null },
      { ...rename, from: path('gone'), expect: fileEntry('1'), expectTo: fileEntry('2') },
    );
    assert.deepEqual(results, [
      { status: 'conflict', path: 'a', current: fileEntry('1') },
      { status: 'conflict', path: 'b', current: fileEntry('2') },
      { status: 'conflict', path: 'gone', current: null },
    ]);
    assert.equal(codeOf(await user.rename('a', 'b')), 'done');
    assert.deepEqual(await user.tree(), { b: '1' });
  },

  async 'a rename that was done before is done'({ share }) {
    const user = new ShareUser(share);
    await user.put('a', '1');
    const rename = { kind: 'rename' as const, from: path('a'), to: path('b'), expect: fileEntry('1'), expectTo: null };
    assert.deepEqual((await user.commit(rename, rename)).map(codeOf), ['done', 'done']);
  },

  async 'a folder cannot move into itself'({ share }) {
    const user = new ShareUser(share);
    await user.put('a/b', '1');
    assert.equal(codeOf(await user.rename('a', 'a/c/d')), 'IllegalPath');
    assert.equal(codeOf(await user.rename('a/b', 'a')), 'DirectoryNotEmpty');
    assert.deepEqual(await user.tree(), { a: null, 'a/b': '1' });
  },

  async 'files and folders take each other’s place only when the folder is empty'({ share }) {
    const user = new ShareUser(share);
    await user.makeDirectory('empty');
    await user.put('full/x', '1');
    assert.equal(codeOf(await user.put('empty', 'file')), 'done');
    assert.equal(codeOf(await user.put('full', 'file')), 'DirectoryNotEmpty');
    assert.equal(codeOf(await user.rename('full', 'empty')), 'done');
    assert.deepEqual(await user.tree(), { empty: null, 'empty/x': '1' });
    assert.deepEqual(
      (await share.history({ path: path('empty') })).versions.map(({ entry }) => entry),
      [fileEntry('file')],
    );
    await user.makeDirectory('other');
    assert.equal(codeOf(await user.rename('empty', 'other')), 'done');
    assert.deepEqual(await user.tree(), { other: null, 'other/x': '1' });
  },

  async 'a file on the way is a conflict at that file'({ share }) {
    const user = new ShareUser(share);
    await user.put('a', '1');
    assert.deepEqual(await user.put('a/b/c', '2'), { status: 'conflict', path: 'a', current: fileEntry('1') });
    assert.deepEqual(await user.makeDirectory('a'), { status: 'conflict', path: 'a', current: fileEntry('1') });
    assert.equal((await user.makeDirectory('a/b')).status, 'conflict');
  },

  async 'names that cannot stand side by side everywhere are problems, and a change of case is a rename'({ share }) {
    const user = new ShareUser(share);
    await user.put('Readme', '1');
    assert.equal(codeOf(await user.put('README', '2')), 'NameCollision');
    assert.equal(codeOf(await user.makeDirectory('readme')), 'NameCollision');
    await user.put('other', '3');
    assert.equal(codeOf(await user.rename('other', 'readMe')), 'NameCollision');
    assert.equal(codeOf(await user.rename('Readme', 'README')), 'done');
    await user.put('dir/x', '4');
    assert.equal(codeOf(await user.rename('dir', 'DIR')), 'done');
    assert.deepEqual(await user.tree(), { DIR: null, 'DIR/x': '4', README: '1', other: '3' });
  },

  async 'a folder that is not empty is deleted only on purpose'({ share }) {
    const user = new ShareUser(share);
    await user.put('d/a', '1');
    await user.put('d/e/b', '2');
    assert.equal(codeOf(await user.remove('d')), 'DirectoryNotEmpty');
    const before = share.cursor();
    assert.equal(codeOf(await user.remove('d', true)), 'done');
    assert.deepEqual(await user.changesSince(before), ['delete d']);
    assert.deepEqual(await user.tree(), {});
    await user.makeDirectory('empty');
    assert.equal(codeOf(await user.remove('empty')), 'done');
  },

  async 'what is gone already counts as deleted, what has changed is not deleted'({ share }) {
    const user = new ShareUser(share);
    assert.equal(codeOf(await user.remove('never')), 'done');
    await user.put('a', 'new');
    const [result] = await user.commit({ kind: 'delete', path: path('a'), expect: fileEntry('old') });
    assert.deepEqual(result, { status: 'conflict', path: 'a', current: fileEntry('new') });
    assert.deepEqual(await user.tree(), { a: 'new' });
  },

  async 'the state of version control is never part of a share'({ share }) {
    const user = new ShareUser(share);
    for (const at of ['.git/config', 'sub/.git/hooks/x', '.GIT'])
      assert.equal(codeOf(await user.put(at, 'x')), 'IllegalPath', at);
    assert.equal(codeOf(await user.put('.gitignore', 'x')), 'done');
  },

  async 'a repeated commit is answered as the first time and not done again'({ share, reopen }) {
    const user = new ShareUser(share);
    await user.upload('1');
    const commit = {
      id: commitId(),
      by: 'tester',
      operations: [
        { kind: 'put' as const, path: path('a'), entry: fileEntry('1'), expect: null },
        { kind: 'put' as const, path: path('b'), entry: fileEntry('never sent'), expect: null },
      ],
    };
    const first = await share.commit(commit);
    await user.remove('a');
    assert.deepEqual(await share.commit(commit), first);
    const [again, twice] = await Promise.all([share.commit(commit), share.commit(commit)]);
    assert.deepEqual([again, twice], [first, first]);
    const reopened = await reopen();
    assert.deepEqual(await reopened.commit(commit), first);
    assert.deepEqual(await new ShareUser(reopened).tree(), {});
  },

  async 'a rename of a folder that was done already counts as done, as long as it is that folder'({ share }) {
    const user = new ShareUser(share);
    await user.put('old/a', '1');
    const rename = {
      kind: 'rename' as const,
      from: path('old'),
      to: path('new'),
      expect: { kind: 'directory' as const },
      expectTo: null,
    };
    const [first] = await user.commit(rename);
    assert.equal(first?.status, 'done');
    await user.put('new/b', '2');
    assert.deepEqual(await user.commit(rename), [{ ...first, changes: 0 }]);
    assert.deepEqual(await user.tree(), { new: null, 'new/a': '1', 'new/b': '2' });
    await user.commit({ kind: 'delete', path: path('new'), expect: { kind: 'directory' }, recursive: true });
    await user.put('new/c', '3');
    assert.deepEqual(await user.commit(rename), [{ status: 'conflict', path: 'old', current: null }]);
  },

  async 'of commits that race for a path exactly one wins each time'({ share }) {
    const user = new ShareUser(share);
    await user.put('counter', '0');
    for (let round = 0; round < 3; round++) {
      const texts = Array.from({ length: 20 }, (_, i) => `${round}.${i}`);
      const expect = await user.entryAt('counter');
      const results = await Promise.all(texts.map((text) => user.put('counter', text, expect)));
      const winners = results.filter(({ status }) => status === 'done');
      assert.equal(winners.length, 1);
      const winner = texts[results.indexOf(winners[0] as OperationResult)];
      assert.equal((await user.tree())['counter'], winner);
    }
  },

  async 'a commit that was given up before it began does nothing'({ share }) {
    const user = new ShareUser(share);
    const operations = [{ kind: 'makeDirectory' as const, path: path('d') }];
    const commit = share.commit({ id: commitId(), by: 'tester', operations }, AbortSignal.abort());
    await assert.rejects(commit, { code: 'Cancelled' });
    assert.deepEqual(await user.tree(), {});
  },

  async 'everything is still there after a restart'({ share, reopen }) {
    const user = new ShareUser(share);
    await user.put('a/b', '1');
    await user.put('a/b', '2');
    await user.put('run', '+x 3');
    await user.put('link', '-> a/b');
    const cursor = share.cursor();
    const reopened = await reopen();
    assert.deepEqual(reopened.cursor(), cursor);
    assert.deepEqual(await new ShareUser(reopened).tree(), { a: null, 'a/b': '2', link: '-> a/b', run: '+x 3' });
    await assert.rejects(share.commit({ id: commitId(), by: 'tester', operations: [] }), { code: 'ServerStopping' });
    await assert.rejects(share.list(undefined, undefined, 1), { code: 'ServerStopping' });
  },
};
