import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Entry } from '../../server/protocol/entry.ts';
import { isWithin, movePath, type WirePath } from '../../server/protocol/wirePath.ts';
import { EmbeddedShare } from '../../server/store/embedded/embeddedShare.ts';
import type { FeedChange } from '../../server/store/feed.ts';
import { openShare, TestLog } from '../support/embeddedShare.ts';
import { fileEntry, path, ShareUser } from '../support/shareUser.ts';

const somePath = fc
  .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
  .map((names) => names.join('/'));
const someStep = fc.oneof(
  { arbitrary: fc.record({ kind: fc.constant('put' as const), at: somePath }), weight: 5 },
  { arbitrary: fc.record({ kind: fc.constant('mode' as const), at: somePath }), weight: 1 },
  { arbitrary: fc.record({ kind: fc.constant('make' as const), at: somePath }), weight: 1 },
  { arbitrary: fc.record({ kind: fc.constant('remove' as const), at: somePath }), weight: 2 },
  { arbitrary: fc.record({ kind: fc.constant('rename' as const), at: somePath, to: somePath }), weight: 3 },
  { arbitrary: fc.record({ kind: fc.constant('restart' as const) }), weight: 1 },
  // by another program
  { arbitrary: fc.record({ kind: fc.constant('write' as const), at: somePath }), weight: 1 },
  { arbitrary: fc.record({ kind: fc.constant('erase' as const), at: somePath }), weight: 1 },
  { arbitrary: fc.record({ kind: fc.constant('shift' as const), at: somePath, to: somePath }), weight: 1 },
);
type Step = typeof someStep extends fc.Arbitrary<infer T> ? T : never;

/** The states of a share as its feed told them, revision by revision. */
class Recording {
  readonly states = new Map<number, ReadonlyMap<WirePath, Entry>>();
  #now = new Map<WirePath, Entry>();

  take(change: FeedChange): void {
    const next = new Map(this.#now);
    const below = (at: WirePath): [WirePath, Entry][] => [...next].filter(([each]) => isWithin(each, at));
    if (change.kind === 'rename') {
      for (const [each] of below(change.to)) next.delete(each);
      const moved = below(change.from);
      for (const [each] of moved) next.delete(each);
      for (const [each, entry] of moved) next.set(movePath(each, change.from, change.to), entry);
    } else {
      for (const [each] of below(change.path)) next.delete(each);
      if (change.kind === 'put') next.set(change.path, change.entry);
    }
    this.#now = next;
    this.states.set(change.rev, next);
  }
}

/** Wherever the folder lets it: what cannot be done is left out. */
function actOutside(directory: string, step: Extract<Step, { kind: 'write' | 'erase' | 'shift' }>, text: string): void {
  const at = join(directory, step.at);
  try {
    if (step.kind === 'erase') rmSync(at, { recursive: true, force: true });
    else if (step.kind === 'write') {
      mkdirSync(dirname(at), { recursive: true });
      writeFileSync(at, text);
    } else if (!existsSync(join(directory, step.to))) renameSync(at, join(directory, step.to));
  } catch {
    // a file on the way, or nothing there
  }
}

test('whatever happens to a share, what it held after each revision is told as it was', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(someStep, { minLength: 1, maxLength: 25 }), async (steps) => {
      const directory = mkdtempSync(join(tmpdir(), 'syncline-past-'));
      const recording = new Recording();
      const open = async (): Promise<EmbeddedShare> => {
        const opened = await EmbeddedShare.open({ name: 'x', directory, log: new TestLog(), rescanMs: 3_600_000 });
        opened.onDidChange(({ changes }) => changes.forEach((change) => recording.take(change)));
        return opened;
      };
      let share = await open();
      try {
        for (const [i, step] of steps.entries()) {
          const user = new ShareUser(share);
          if (step.kind === 'put') await user.put(step.at, `text ${i}`);
          else if (step.kind === 'make') await user.makeDirectory(step.at);
          else if (step.kind === 'remove') await user.remove(step.at, true);
          else if (step.kind === 'rename') await user.rename(step.at, step.to);
          else if (step.kind === 'mode') await flipMode(user, step.at);
          else if (step.kind === 'restart') {
            await share.close();
            share = await open();
          } else {
            actOutside(directory, step, `text ${i}`);
            await share.rescan();
          }
        }
        for (const [rev, state] of recording.states) await requireSame(share, rev, state);
      } finally {
        await share.close();
        rmSync(directory, { recursive: true });
      }
    }),
    { numRuns: 60 },
  );
});

async function flipMode(user: ShareUser, at: string): Promise<void> {
  const known = await user.entryAt(at);
  if (known?.kind !== 'file') return;
  await user.commit({ kind: 'put', path: path(at), entry: { ...known, executable: !known.executable }, expect: known });
}

/** In pages and for each folder; what is told as lost must be lost. */
async function requireSame(share: EmbeddedShare, rev: number, state: ReadonlyMap<WirePath, Entry>): Promise<void> {
  for (const dir of [undefined, path('a'), path('b/c')]) {
    const told = new Map<WirePath, Entry | null>();
    let page = await share.past({ path: dir, at: { rev }, limit: 4 });
    if (dir !== undefined && page.found) told.set(dir, page.found.entry);
    for (;;) {
      for (const row of page.entries) told.set(row.path, row.entry);
      const after = page.entries.at(-1)?.path;
      if (!page.more || after === undefined) break;
      page = await share.past({ path: dir, at: { rev }, after, limit: 4 });
    }
    const expected = new Map([...state].filter(([at]) => dir === undefined || isWithin(at, dir)));
    for (const [at, entry] of told) {
      const was = expected.get(at);
      if (entry !== null || was?.kind !== 'file') continue;
      assert.equal((await share.contents.missing([was])).length, 1, `${at} is told as lost, and is there`);
      told.set(at, was);
    }
    assert.deepEqual(
      [...told].sort(([a], [b]) => (a < b ? -1 : 1)),
      [...expected].sort(([a], [b]) => (a < b ? -1 : 1)),
      `revision ${rev} of ${dir ?? 'the share'}`,
    );
  }
}

test('what another program overwrote is told as lost, not as absent', async (t) => {
  const { share, directory } = await openShare(t);
  const user = new ShareUser(share);
  await user.put('d/a', 'one');
  await user.put('d/b', 'two');
  const at = { rev: share.cursor().rev };
  writeFileSync(join(directory, 'd/a'), 'overwritten in place');
  await share.rescan();
  rmSync(join(directory, 'd'), { recursive: true });
  await share.rescan();
  assert.deepEqual(await user.past(at), { d: null, 'd/a': '?', 'd/b': '?' });
});

test('a time is found on the clock of the server, whatever that clock does', async (t) => {
  let now = 1_000_000;
  const { share } = await openShare(t, { clock: () => now });
  const user = new ShareUser(share);
  now += 1000;
  await user.put('a', 'one');
  now += 5000;
  await user.put('a', 'two');
  now += 5000;
  assert.deepEqual(await user.past({ time: 1_000_500 }), {});
  assert.deepEqual(await user.past({ time: 1_001_000 }), { a: 'one' });
  assert.deepEqual(await user.past({ time: 1_005_999 }), { a: 'one' });
  assert.deepEqual(await user.past({ agoMs: 5_000 }), { a: 'two' });
  assert.deepEqual(await user.past({ agoMs: 5_001 }), { a: 'one' });
  await assert.rejects(user.past({ time: 999_999 }), {
    code: 'HistoryEnds',
    message: 'The history of the share begins at 1970-01-01T00:16:40.000Z, with revision 0.',
  });
});

test('a folder that was there before it was shared was never empty', async (t) => {
  const { share } = await openShare(t, { prepare: (directory) => writeFileSync(join(directory, 'old'), 'old') });
  const user = new ShareUser(share);
  await assert.rejects(share.past({ at: { rev: 0 } }), { code: 'HistoryEnds' });
  assert.deepEqual(await user.past({ rev: share.cursor().rev }), { old: 'old' });
});

test('history begins later when versions or changes are forgotten, and is right from there on', async (t) => {
  let now = 1_000_000;
  const options = { clock: () => now, retention: { historyAgeMs: 10_000, historyVersions: 3, feedChanges: 8 } };
  const { share } = await openShare(t, options);
  const user = new ShareUser(share);
  for (let i = 1; i <= 5; i++) {
    await user.put('busy', `${i}`);
    await user.put(`calm${i}`, 'x');
    now += 3_000;
  }
  await share.maintain();
  await assert.rejects(share.past({ at: { rev: 2 } }), { code: 'HistoryEnds', message: /revision [34]\./ });
  assert.deepEqual(await user.past({ rev: 6 }), { busy: '3', calm1: 'x', calm2: 'x', calm3: 'x' });
});

test('a version too many of one path leaves a hole there and nowhere else', async (t) => {
  const { share } = await openShare(t, { retention: { historyVersions: 2 } });
  const user = new ShareUser(share);
  await user.put('d/busy', 'first');
  await user.put('d/calm', 'first');
  const at = { rev: share.cursor().rev };
  for (const text of ['2', '3', '4', '5']) await user.put('d/busy', text);
  await user.put('d/calm', 'second');
  await share.maintain();
  assert.deepEqual(await user.past(at, 'd'), { d: null, 'd/busy': '?', 'd/calm': 'first' });
});

test('a folder of 5,000 files that was renamed is found under its old name without a row for each of them', async (t) => {
  const names = Array.from({ length: 5000 }, (_, i) => `f${i}`);
  const prepare = (directory: string): void => {
    mkdirSync(join(directory, 'many'));
    for (const name of names) writeFileSync(join(directory, 'many', name), name);
  };
  const { share, directory } = await openShare(t, { prepare });
  const user = new ShareUser(share);
  const { rev } = share.cursor();
  await user.rename('many', 'moved');
  await user.put('moved/f7', 'edited');
  const page = await share.past({ path: path('many'), at: { rev }, limit: 5000 });
  const held = new Map(page.entries.map(({ path: at, entry }) => [at, entry]));
  assert.equal(held.size, 5000);
  assert.deepEqual(held.get(path('many/f7')), fileEntry('f7'));
  assert.deepEqual((await share.past({ path: path('moved'), at: { rev } })).found, null);
  await share.close();
  const index = new DatabaseSync(join(directory, '.syncline/index.db'));
  assert.deepEqual({ ...index.prepare('SELECT count(*) AS rows FROM history').get() }, { rows: 1 });
  index.close();
});

test('the index of an older version is upgraded when it is opened, and what it knew is kept', async (t) => {
  const { share, directory, reopen } = await openShare(t);
  const user = new ShareUser(share);
  await user.put('d/a', 'one');
  await user.put('d/a', 'two');
  await user.rename('d/a', 'd/b');
  const before = share.cursor();
  await share.close();
  toVersionOne(join(directory, '.syncline/index.db'));
  appendFileSync(join(directory, 'd/c'), 'made while nobody looked');
  const upgraded = await reopen();
  const later = new ShareUser(upgraded);
  assert.equal(upgraded.cursor().epoch, before.epoch);
  assert.deepEqual(await later.tree(), { d: null, 'd/b': 'two', 'd/c': 'made while nobody looked' });
  const [version] = (await upgraded.history({ path: path('d/a') })).versions;
  assert.deepEqual([version?.entry, version?.since], [fileEntry('one'), null]);
  await assert.rejects(upgraded.past({ at: { rev: before.rev } }), { code: 'HistoryEnds' });
  const { rev } = upgraded.cursor();
  await later.remove('d', true);
  assert.deepEqual(await later.past({ rev }), { d: null, 'd/b': 'two', 'd/c': 'made while nobody looked' });
  const again = await reopen();
  assert.equal(again.cursor().rev, rev + 1);
});

/** Makes the file what version 1 of the index wrote: its tables, and no word of what came later. */
function toVersionOne(file: string): void {
  const index = new DatabaseSync(file);
  index.exec(`
    BEGIN;
    ALTER TABLE changes RENAME TO later_changes;
    CREATE TABLE changes (rev INTEGER PRIMARY KEY, kind TEXT NOT NULL, path TEXT NOT NULL, source TEXT, entry TEXT) STRICT;
    INSERT INTO changes SELECT rev, kind, path, source, entry FROM later_changes;
    DROP TABLE later_changes;
    ALTER TABLE history RENAME TO later_history;
    DROP INDEX history_by_rev;
    DROP INDEX history_by_content;
    CREATE TABLE history (
      path TEXT NOT NULL, rev INTEGER NOT NULL, kind TEXT NOT NULL, content TEXT, size INTEGER NOT NULL,
      executable INTEGER NOT NULL, target TEXT, reason TEXT NOT NULL, at INTEGER NOT NULL, by TEXT NOT NULL,
      PRIMARY KEY (path, rev)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX history_by_rev ON history (rev, path);
    CREATE INDEX history_by_content ON history (content, size) WHERE content IS NOT NULL;
    INSERT INTO history SELECT path, rev, kind, content, size, executable, target, reason, at, by FROM later_history
      WHERE kind <> 'directory';
    DROP TABLE later_history;
    DROP TABLE lost;
    DELETE FROM meta WHERE key = 'history-begins';
    PRAGMA user_version = 1;
    COMMIT;
  `);
  index.close();
}
