import assert from 'node:assert/strict';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { KEEP_BYTES, KEEP_MS, SafetyCopies } from '../../../extension/sync/local/safetyCopies.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { watchDisk } from '../../support/watchDisk.ts';

const path = parseWirePath('d/a');

test('keeps several versions of one path from one session', (t) => {
  const folder = temporaryFolder(t);
  const copies = new SafetyCopies(join(folder, 'safety'), () => 0);
  for (const text of ['1', '2', '3']) {
    writeFileSync(join(folder, text), text);
    copies.copy(join(folder, text), path);
  }
  const kept = join(folder, 'safety', '1970-01-01T00-00-00.000Z', 'd');
  assert.deepEqual(
    readdirSync(kept).map((name) => `${name}=${readFileSync(join(kept, name), 'utf8')}`),
    ['a=1', 'a~2=2', 'a~3=3'],
  );
});

test('syncs also what a process that died had kept, once, and not what is old', async (t) => {
  const folder = temporaryFolder(t);
  let now = Date.UTC(2026, 10, 22, 14, 3);
  const keep = (copies: SafetyCopies): void => {
    writeFileSync(join(folder, 'file'), '1');
    copies.move(join(folder, 'file'), path);
  };
  keep(new SafetyCopies(join(folder, 'safety'), () => now));
  now += 3_600_000;
  keep(new SafetyCopies(join(folder, 'safety'), () => now));
  const steps = watchDisk(t, folder);
  const copies = new SafetyCopies(join(folder, 'safety'), () => now + 1000);
  await copies.sync();
  const session = 'safety/2026-11-22T15-03-00.000Z';
  const expected = ['', 'safety', session, `${session}/d`, `${session}/d/a`];
  assert.deepEqual(steps.toSorted(), expected.map((name) => `sync ${name}`).toSorted());
  await copies.sync();
  assert.equal(steps.length, expected.length);
});

test('removes what is older than a week, and the oldest beyond a gibibyte, but not what was just kept', (t) => {
  const folder = temporaryFolder(t);
  const safety = join(folder, 'safety');
  let now = 0;
  const copies = new SafetyCopies(safety, () => now);
  const keep = (bytes: number): void => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    truncateSync(file, bytes);
    copies.begin();
    copies.move(file, path);
  };
  const sessions = (): string[] => readdirSync(safety).map((name) => name.slice(0, 10));
  keep(10);
  now += KEEP_MS - 1000;
  keep(KEEP_BYTES - 10);
  copies.prune();
  assert.deepEqual(sessions(), ['1970-01-01', '1970-01-07']);
  now += 2000;
  copies.prune();
  assert.deepEqual(sessions(), ['1970-01-07'], 'the first is too old');
  now += 24 * 3600 * 1000;
  keep(11);
  copies.prune();
  assert.deepEqual(sessions(), ['1970-01-09'], 'together they are too much');
  now += 24 * 3600 * 1000;
  keep(KEEP_BYTES + 1);
  copies.prune();
  assert.deepEqual(sessions(), ['1970-01-10'], 'what was just kept stays');
});
