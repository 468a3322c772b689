import assert from 'node:assert/strict';
import { type BigIntStats, lstatSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { identityOf } from '../../server/protocol/disk/statIdentity.ts';
import { isUncertain, knownIdentity, ownIdentity, provesSame } from '../../server/store/embedded/knownIdentity.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const HOUR_NS = 3_600_000_000_000n;

/** A file, a way to look at it, and a way to write to it and set the time of the write back. */
function made(t: TestContext) {
  const file = join(temporaryFolder(t), 'file');
  writeFileSync(file, 'before');
  const hourAgo = new Date(Math.floor(Date.now() / 1000) * 1000 - 3_600_000);
  const look = (): BigIntStats => lstatSync(file, { bigint: true });
  const writeAnHourAgo = (text: string): void => {
    writeFileSync(file, text);
    utimesSync(file, hourAgo, hourAgo);
  };
  return { look, writeAnHourAgo };
}

test('a file that was put in place a moment ago is not trusted to be the same later: the next write may get the same time', (t) => {
  const { look, writeAnHourAgo } = made(t);
  const stat = look();
  const now = BigInt(Date.now()) * 1_000_000n + 1n;
  const moved = (writtenNs: bigint): BigIntStats => Object.assign(look(), { mtimeNs: writtenNs, ctimeNs: now });
  assert.ok(isUncertain(ownIdentity(Object.assign(stat, { ctimeNs: stat.mtimeNs }))));
  assert.ok(isUncertain(ownIdentity(moved(now))), 'written in the tick of the move');
  assert.ok(!isUncertain(ownIdentity(moved(now - 4_000_000n))), 'a later write has a later time');
  assert.ok(isUncertain(ownIdentity(moved(now + 1_000_000n))), 'a time in the future says nothing');
  writeAnHourAgo('before');
  assert.ok(!isUncertain(ownIdentity(look())));
  assert.ok(provesSame(ownIdentity(look()), identityOf(look())));
});

test('a file whose time was set back is another one, although size and time are as before', (t) => {
  const { look, writeAnHourAgo } = made(t);
  writeAnHourAgo('before');
  const seen = identityOf(look());
  const known = knownIdentity(seen, seen.ctimeNs + HOUR_NS);
  assert.ok(provesSame(known, identityOf(look())));
  // until the clock of the file system has ticked
  while (look().ctimeNs === seen.ctimeNs) writeAnHourAgo('behind');
  const now = identityOf(look());
  assert.deepEqual([now.size, now.mtimeNs, now.ino], [seen.size, seen.mtimeNs, seen.ino]);
  assert.ok(!provesSame(known, now));
});
