import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { restoreSafety } from '../../../extension/sync/local/restoreSafety.ts';
import { SafetyCopies } from '../../../extension/sync/local/safetyCopies.ts';
import { copiesOf, type SafetySession, safetySessions } from '../../../extension/sync/local/safetyList.ts';
import {
  downloadPlace,
  safetyPlace,
  type SafetyPlace,
  safetyPlaces,
} from '../../../extension/sync/local/safetyPlaces.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { harvest, plant, type Tree } from '../../support/tree.ts';

interface World {
  readonly root: string;
  readonly place: SafetyPlace;
  readonly session: SafetySession;
}

/** A folder, and a session that kept what the tree says. */
function setUp(t: TestContext, kept: Tree, now: Tree): World {
  const folder = temporaryFolder(t);
  const place = safetyPlace(join(folder, 'state'), join(folder, 'root'));
  plant(join(place.folder, '2026-11-22T14-03-00.000Z'), kept);
  mkdirSync(place.root);
  plant(place.root, now);
  const [session] = safetySessions(place.folder);
  assert.ok(session);
  return { root: place.root, place, session };
}

test('a deleted tree comes back as a whole, with its empty folders, links and executable files', async (t) => {
  const kept = { d: null, 'd/a': '1', 'd/e': null, 'd/run': '+x 2', 'd/l': '-> a' };
  const { root, place, session } = setUp(t, kept, { other: 'stays' });
  const { restored, same, problems } = await restoreSafety(place, session);
  assert.deepEqual([[...restored].sort(), same, problems], [['d/a', 'd/l', 'd/run'], 0, []]);
  assert.deepEqual(harvest(root), { ...kept, other: 'stays' });
  assert.equal((await restoreSafety(place, session)).same, 3, 'a second time there is nothing to do');
});

test('what is there now is kept before a copy takes its place, and only what was asked for is touched', async (t) => {
  const { root, place, session } = setUp(t, { a: 'old', b: 'old', 'd/c': 'old' }, { a: 'newer', b: 'newer' });
  const { restored } = await restoreSafety(place, session, { paths: [parseWirePath('a'), parseWirePath('d')] });
  assert.deepEqual([...restored].sort(), ['a', 'd/c']);
  assert.deepEqual(harvest(root), { a: 'old', b: 'newer', d: null, 'd/c': 'old' });
  const [latest] = safetySessions(place.folder);
  assert.ok(latest && latest.id !== session.id);
  assert.deepEqual(copiesOf(latest), [{ path: 'a', kind: 'file', size: 5 }]);
  assert.equal(readFileSync(join(latest.folder, 'a'), 'utf8'), 'newer');
});

test('what is of another kind now is a problem, no link is followed, and the rest comes back', async (t) => {
  const { root, place, session } = setUp(
    t,
    { a: 'old', 'd/x': 'old', e: 'old', l: '-> a' },
    { 'a/inside': 'new', l: 'file' },
  );
  const outside = join(root, '..', 'outside');
  mkdirSync(outside);
  symlinkSync(outside, join(root, 'd'));
  const { restored, same, problems } = await restoreSafety(place, session);
  assert.deepEqual([[...restored].sort(), same], [['e', 'l'], 0]);
  assert.deepEqual(problems.map(({ path }) => path).sort(), ['a', 'd', 'd/x']);
  assert.deepEqual(harvest(outside), {});
});

test('when what is there now cannot be kept, it stays', async (t) => {
  const { root, place, session } = setUp(t, { a: 'old' }, { a: 'newer' });
  rmSync(join(place.folder, '..', 'kept'), { force: true });
  const elsewhere = { ...place, folder: join(place.stateDirectory, 'blocked') };
  writeFileSync(elsewhere.folder, 'in the way');
  const { restored, problems } = await restoreSafety(elsewhere, session);
  assert.deepEqual([restored, problems.map(({ code }) => code)], [[], ['StorageFailed']]);
  assert.equal(readFileSync(join(root, 'a'), 'utf8'), 'newer');
});

test('sessions are listed newest first, and nothing else that lies beside them', (t) => {
  const folder = temporaryFolder(t);
  let now = Date.UTC(2026, 10, 22);
  const copies = new SafetyCopies(join(folder, 'safety'), () => now);
  for (const text of ['1', '2']) {
    writeFileSync(join(folder, 'file'), text);
    copies.begin();
    copies.copy(join(folder, 'file'), parseWirePath('d/file'));
    now += 60_000;
  }
  writeFileSync(join(folder, 'safety', 'notes.txt'), 'mine');
  copies.prune();
  assert.equal(readFileSync(join(folder, 'safety', 'notes.txt'), 'utf8'), 'mine');
  assert.deepEqual(
    safetySessions(join(folder, 'safety')).map(({ id }) => id),
    ['2026-11-22T00-01-00.000Z', '2026-11-22T00-00-00.000Z'],
  );
  assert.deepEqual(safetySessions(join(folder, 'none')), []);
});

test('every place that ever kept anything is found, with the folder it is of', (t) => {
  const home = temporaryFolder(t);
  safetyPlace(join(home, 'targets', 'one'), '/work/a');
  downloadPlace(home, '/work/b');
  mkdirSync(join(home, 'targets', 'older'));
  assert.deepEqual(
    safetyPlaces(home)
      .map(({ root }) => root)
      .sort(),
    ['/work/a', '/work/b'],
  );
  assert.deepEqual(safetyPlaces(join(home, 'none')), []);
});
