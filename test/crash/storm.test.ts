import assert from 'node:assert/strict';
import { test } from 'node:test';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { storm } from './storm.ts';

const KILLS = 15;

test('whoever is killed while everybody works: nothing acknowledged is lost, nothing is torn, and both sides agree in the end', async (t) => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const { kills, violations, acknowledged } = await storm(t, { seed, kills: KILLS, home: temporaryFolder(t) });
  t.diagnostic(`seed ${seed}: ${JSON.stringify(kills)}, ${acknowledged} commits acknowledged`);
  assert.deepEqual(violations, [], `npm run crash -- --kills ${KILLS} --seed ${seed}`);
  assert(acknowledged > 0 && kills.server > 0);
});
