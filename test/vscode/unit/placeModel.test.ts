import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Connection } from '../../../extension/connect/connection.ts';
import { parseTarget } from '../../../extension/connect/target.ts';
import { PlaceModel } from '../../../extension/vscode/files/placeModel.ts';
import type { ListRow } from '../../../server/protocol/messages/files.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { Gate } from '../../support/gate.ts';
import { ServerDouble } from '../../support/serverDouble.ts';

const MANY = parseWirePath('many');

const rowAt = (at: number, modifiedAt: number): ListRow => ({
  path: parseWirePath(`many/${String(at).padStart(4, '0')}`),
  entry: { kind: 'directory' },
  rev: 1,
  modifiedAt,
});

/** A folder of 1,100 rows whose times say which look they are of. Each list request passes the next gate, if there is one. */
function setUp(t: { after(work: () => void): void }) {
  const gates: Gate[] = [];
  let edition = 1;
  const double = new ServerDouble(() => ({
    filesList: async ({ after, limit = 500 }) => {
      const seen = edition;
      await gates.shift()?.pass();
      const from = after === undefined ? 0 : Number(after.split('/').at(-1)) + 1;
      const to = Math.min(1100, from + limit);
      const entries = Array.from({ length: to - from }, (_, at) => rowAt(from + at, seen));
      return { entries, more: to < 1100 };
    },
    filesWatch: () => Promise.resolve({ cursor: { epoch: 'epoch-0001', rev: 1 } }),
  }));
  const connection = new Connection({ connect: () => double.connect(), keepTrying: true, clock: new FakeClock() });
  const place = new PlaceModel(parseTarget('ws://127.0.0.1:1/files'), connection, () => undefined);
  t.after(() => {
    place.dispose();
    connection.close();
  });
  const changeEverything = () => {
    edition++;
    place.refresh();
  };
  return { place, gates, changeEverything };
}

/** Time for everything that is not held back to come to its end. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await setImmediate();
}

const hold = (gates: Gate[]): Gate => {
  const gate = new Gate();
  gates.push(gate);
  return gate;
};

test('a page that is asked for while the folder is read anew is not lost', async (t) => {
  const { place, gates, changeEverything } = setUp(t);
  await place.folder(MANY);
  changeEverything();
  const slow = hold(gates);
  const again = place.folder(MANY);
  await slow.arrived();
  const more = place.loadMore(MANY);
  await settle();
  slow.open();
  await Promise.all([again, more]);
  assert.equal((await place.folder(MANY)).rows.length, 1000);
});

test('a change that is told while a page is read is not lost', async (t) => {
  const { place, gates, changeEverything } = setUp(t);
  await place.folder(MANY);
  const slow = hold(gates);
  const more = place.loadMore(MANY);
  await slow.arrived();
  changeEverything();
  const again = place.folder(MANY);
  slow.open();
  await Promise.all([again, more]);
  const { rows } = await place.folder(MANY);
  assert.deepEqual([rows.length, new Set(rows.map((row) => row.modifiedAt))], [1000, new Set([2])]);
});

test('a change that is told during the first look is not lost', async (t) => {
  const { place, gates, changeEverything } = setUp(t);
  const slow = hold(gates);
  const first = place.folder(MANY);
  await slow.arrived();
  changeEverything();
  slow.open();
  await first;
  assert.equal((await place.folder(MANY)).rows[0]?.modifiedAt, 2);
});

test('of two looks the later one counts', async (t) => {
  const { place, gates, changeEverything } = setUp(t);
  await place.folder(MANY);
  changeEverything();
  const slow = hold(gates);
  const first = place.folder(MANY);
  await slow.arrived();
  changeEverything();
  const second = place.folder(MANY);
  await settle();
  slow.open();
  await first;
  assert.equal((await second).rows[0]?.modifiedAt, 3);
  assert.equal((await place.folder(MANY)).rows[0]?.modifiedAt, 3);
});

test('what is known of a folder shows at once, however slow the server is, and what is new once it is there', async (t) => {
  const { place, gates, changeEverything } = setUp(t);
  await place.shown(MANY);
  const told: (string | undefined)[] = [];
  changeEverything();
  place.onDidChange((folders) => told.push(...folders));
  const slow = hold(gates);
  const timesShown = async () => new Set((await place.shown(MANY)).rows.map((row) => row.modifiedAt));
  assert.deepEqual(await timesShown(), new Set([1]));
  await slow.arrived();
  assert.deepEqual([await timesShown(), told], [new Set([1]), []]);
  slow.open();
  await settle();
  assert.deepEqual([await timesShown(), told], [new Set([2]), [MANY]]);
});

test('a change during a fresh look leads to another one', async (t) => {
  const { place, gates, changeEverything } = setUp(t);
  await place.shown(MANY);
  place.onDidChange((folders) => folders.includes(MANY) && void place.shown(MANY));
  changeEverything();
  const slow = hold(gates);
  await place.shown(MANY);
  await slow.arrived();
  changeEverything();
  await place.shown(MANY);
  slow.open();
  await settle();
  assert.equal((await place.shown(MANY)).rows[0]?.modifiedAt, 3);
});
