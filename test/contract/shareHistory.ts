import assert from 'node:assert/strict';
import type { Version } from '../../server/protocol/messages/files.ts';
import { entryOf, fileEntry, path, ShareUser } from '../support/shareUser.ts';
import type { Catalogue } from './shareContract.ts';

const brief = ({ path: at, rev, reason, by }: Version): string => `${at}@${rev} ${reason} ${by}`;

export const catalogue: Catalogue = {
  async 'everything that was overwritten or deleted can be had again'({ share }) {
    const user = new ShareUser(share, 'alice');
    await user.put('a', 'one');
    await user.put('a', 'two');
    await user.put('b', 'bee');
    await user.rename('b', 'a');
    await user.remove('a');
    const { versions, more } = await share.history({ path: path('a') });
    assert.deepEqual(
      [versions.map(brief), more],
      [['a@5 deleted alice', 'a@4 replaced alice', 'a@2 replaced alice'], false],
    );
    const texts = [];
    for (const { entry } of versions) texts.push(entry.kind === 'file' ? await user.read(entry.content) : entry);
    assert.deepEqual(texts, ['bee', 'two', 'one']);
  },

  async 'a deleted folder leaves a version of each file and link in it'({ share }) {
    const user = new ShareUser(share);
    await user.put('d/a', '1');
    await user.put('d/e/run', '+x 2');
    await user.put('d/link', '-> a');
    await user.put('d/e/same', '1');
    await user.remove('d', true);
    const { versions } = await share.history({ path: path('d'), below: true });
    assert.deepEqual(
      versions.map(({ path: at, entry }) => [at, entry]),
      [
        ['d/a', fileEntry('1')],
        ['d/e/run', fileEntry('2', true)],
        ['d/e/same', fileEntry('1')],
        ['d/link', entryOf('-> a')],
      ],
    );
    for (const { path: at, rev } of versions) {
      const { result } = await share.restore({ path: at, rev, expect: null, by: 'tester' });
      assert.equal(result.status, 'done', at);
    }
    assert.deepEqual(await user.tree(), {
      d: null,
      'd/a': '1',
      'd/e': null,
      'd/e/run': '+x 2',
      'd/e/same': '1',
      'd/link': '-> a',
    });
  },

  async 'a version is restored where it was or elsewhere, if the place is as expected'({ share }) {
    const user = new ShareUser(share);
    await user.put('a', 'old');
    await user.put('a', 'new');
    const version = { path: path('a'), rev: 2, by: 'tester' };
    const refused = await share.restore({ ...version, expect: null });
    assert.deepEqual(refused.result, { status: 'conflict', path: 'a', current: fileEntry('new') });
    await share.restore({ ...version, expect: fileEntry('new') });
    await share.restore({ ...version, to: path('copy'), expect: null });
    assert.deepEqual(await user.tree(), { a: 'old', copy: 'old' });
    assert.equal((await share.history({ path: path('a') })).versions.length, 2);
    await assert.rejects(share.restore({ ...version, rev: 1, expect: null }), { code: 'NotFound' });
  },

  async 'history comes in pages that split a revision where they must'({ share }) {
    const user = new ShareUser(share);
    for (const at of ['d/a', 'd/b', 'd/c', 'e']) await user.put(at, at);
    await user.put('e', 'e2');
    await user.remove('d', true);
    const first = await share.history({ limit: 2 });
    assert.deepEqual([first.versions.map(({ path: at }) => at), first.more], [['d/a', 'd/b'], true]);
    const last = first.versions[1] as Version;
    const second = await share.history({ before: last.rev, after: last.path, limit: 2 });
    assert.deepEqual([second.versions.map(({ path: at }) => at), second.more], [['d/c', 'e'], false]);
    const earlier = await share.history({ before: last.rev });
    assert.deepEqual(
      earlier.versions.map(({ path: at }) => at),
      ['e'],
    );
  },

  async 'a change of the executable bit alone makes no version'({ share }) {
    const user = new ShareUser(share);
    await user.put('run', 'x');
    await user.put('run', '+x x');
    assert.deepEqual((await share.history({})).versions, []);
  },

  async 'what a folder held at a revision or a time is told, with what was renamed, deleted, made or only made executable since'({
    share,
  }) {
    const user = new ShareUser(share);
    await user.put('d/a', 'one');
    await user.put('d/run', 'x');
    await user.makeDirectory('d/empty');
    await user.put('e/deep/file', 'far');
    await user.put('link', '-> d/a');
    const then = share.cursor();
    const at = { rev: then.rev };
    await user.rename('d/a', 'moved');
    await user.put('moved', 'changed');
    await user.put('d/run', '+x x');
    await user.put('d/new', 'new');
    await user.remove('d/empty');
    await user.rename('e', 'f');
    await user.put('e', 'a file');
    await user.remove('f', true);
    await user.remove('d', true);
    await user.rename('moved', 'link');
    const whole = {
      d: null,
      'd/a': 'one',
      'd/empty': null,
      'd/run': 'x',
      e: null,
      'e/deep': null,
      'e/deep/file': 'far',
      link: '-> d/a',
    };
    assert.deepEqual(await user.past(at), whole);
    assert.deepEqual(await user.past(at, 'd'), { d: null, 'd/a': 'one', 'd/empty': null, 'd/run': 'x' });
    assert.deepEqual(await user.past(at, 'e/deep/file'), { 'e/deep/file': 'far' });
    assert.deepEqual(await user.past(at, 'f'), {});
    assert.deepEqual(await user.past({ rev: share.cursor().rev }), await user.tree());
    assert.deepEqual(await user.past({ agoMs: 0 }), await user.tree());
    const told = await share.past({ at });
    assert.equal(told.rev, then.rev);
    assert.ok((told.at ?? Number.NaN) <= Date.now());
  },

  async 'a state that is asked for page by page stays the same while the share changes'({ share }) {
    const user = new ShareUser(share);
    for (const name of ['a', 'b', 'c', 'd', 'e']) await user.put(`x/${name}`, name);
    const at = { rev: share.cursor().rev };
    const first = await share.past({ path: path('x'), at, limit: 2 });
    await user.rename('x', 'y');
    await user.put('x/b2', 'later');
    const second = await share.past({ path: path('x'), at, after: first.entries[1]?.path, limit: 2 });
    const third = await share.past({ path: path('x'), at, after: second.entries[1]?.path, limit: 2 });
    assert.deepEqual(
      [first, second, third].map((page) => page.entries.map((row) => row.path)),
      [['x/a', 'x/b'], ['x/c', 'x/d'], ['x/e']],
    );
  },

  async 'a state before history began, and one still to come, are refused'({ share }) {
    const user = new ShareUser(share);
    await user.put('a', '1');
    await user.put('a', '2');
    const { rev } = share.cursor();
    await share.purge({});
    await assert.rejects(share.past({ at: { rev: rev - 1 } }), {
      code: 'HistoryEnds',
      message: /begins at .* revision 2/,
    });
    assert.deepEqual(await user.past({ rev }), { a: '2' });
    await assert.rejects(share.past({ at: { rev: rev + 1 } }), { code: 'RevisionNotReached' });
  },

  async 'what was purged of a path is told as lost, and the rest around it as it was'({ share }) {
    const user = new ShareUser(share);
    await user.put('d/a', 'secret');
    await user.put('d/b', 'plain');
    const at = { rev: share.cursor().rev };
    await user.put('d/a', 'clean');
    await user.remove('d', true);
    await share.purge({ path: path('d/a') });
    assert.deepEqual(await user.past(at, 'd'), { d: null, 'd/a': '?', 'd/b': 'plain' });
  },

  async 'a version tells which change had written it, and the history of a folder finds what was deleted in it'({
    share,
  }) {
    const user = new ShareUser(share);
    await user.put('d/a', '1');
    const { rev } = share.cursor();
    await user.put('other', 'x');
    await user.put('d/a', '2');
    await user.remove('d', true);
    const { versions } = await share.history({ path: path('d'), below: true });
    assert.deepEqual(
      versions.map((version) => [brief(version), version.since?.rev]),
      [
        [`d/a@${rev + 3} deleted tester`, rev + 2],
        [`d/a@${rev + 2} replaced tester`, rev],
      ],
    );
    assert.ok(versions.every(({ since, at }) => (since?.at ?? Number.NaN) <= at));
  },

  async 'purged versions are gone for good'({ share }) {
    const user = new ShareUser(share);
    for (const text of ['1', '2', '3']) await user.put('d/a', text);
    for (const text of ['4', '5']) await user.put('b', text);
    const { rev } = share.cursor();
    assert.deepEqual(await share.purge({ path: path('d'), below: true, upTo: { rev: rev - 3 } }), { versions: 1 });
    assert.deepEqual(await share.purge({ path: path('d') }), { versions: 0 });
    await assert.rejects(user.read(fileEntry('1').content), { code: 'ContentGone' });
    assert.equal(await user.read(fileEntry('2').content), '2');
    assert.deepEqual(await share.purge({}), { versions: 2 });
    assert.deepEqual((await share.history({})).versions, []);
    assert.deepEqual(await user.tree(), { b: '5', d: null, 'd/a': '3' });
  },
};
