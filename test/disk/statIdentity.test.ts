import assert from 'node:assert/strict';
import { chmodSync, lstatSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  decodeIdentity,
  encodeIdentity,
  identityOf,
  isExecutable,
  isRacy,
  msUntilOld,
  sameIdentity,
} from '../../server/protocol/disk/statIdentity.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

test('an identity survives being stored, and a damaged record is none', (t) => {
  const file = join(temporaryFolder(t), 'f');
  writeFileSync(file, 'hello');
  const identity = identityOf(lstatSync(file, { bigint: true }));
  const extreme = { ...identity, ino: 2n ** 64n - 1n, size: Number.MAX_SAFE_INTEGER, mtimeNs: -5n };
  for (const each of [identity, extreme]) {
    const decoded = decodeIdentity(encodeIdentity(each));
    assert(decoded && sameIdentity(decoded, each));
  }
  for (const text of ['', 'x', '1 2 3', '1 2 3 4 9']) assert.equal(decodeIdentity(text), null);
});

test('replacing a file by one of the same size and time gives another identity', (t) => {
  const folder = temporaryFolder(t);
  const look = () => identityOf(lstatSync(join(folder, 'a'), { bigint: true }));
  writeFileSync(join(folder, 'a'), 'one');
  utimesSync(join(folder, 'a'), 1000, 1000);
  const before = look();
  writeFileSync(join(folder, 'b'), 'two');
  utimesSync(join(folder, 'b'), 1000, 1000);
  renameSync(join(folder, 'b'), join(folder, 'a'));
  assert(!sameIdentity(before, look()));
  chmodSync(join(folder, 'a'), 0o755);
  assert(isExecutable(look()));
});

test('an identity is racy until its time stamps are safely in the past', () => {
  const at = (stampNs: bigint) => ({ ino: 1n, size: 1, mtimeNs: stampNs, ctimeNs: stampNs, mode: 0o100644 });
  const now = 1_700_000_000_000_000_000n;
  const cases: [string, bigint, boolean][] = [
    ['now', now - 1n, true],
    ['fine clock, 29 ms ago', now - 29_000_001n, true],
    ['fine clock, 31 ms ago', now - 31_000_001n, false],
    ['coarse clock, 2 s ago', now - 2_000_000_000n, true],
    ['coarse clock, 3 s ago', now - 3_000_000_000n, false],
    ['in the future', now + 10_000_000_001n, true],
  ];
  for (const [name, stamp, racy] of cases) assert.equal(isRacy(at(stamp), now), racy, name);
});

test('how long to wait until an identity is old: never for what waiting does not help', () => {
  const at = (stampNs: bigint) => ({
    ino: 1n,
    size: 1,
    mtimeNs: stampNs - 90_000_000n,
    ctimeNs: stampNs,
    mode: 0o100644,
  });
  const now = 1_700_000_000_000_000_000n;
  const cases: [string, bigint, number][] = [
    ['now', now - 1n, 30],
    ['fine clock, 10.5 ms ago', now - 10_500_001n, 20],
    ['fine clock, old', now - 30_000_001n, 0],
    ['coarse clock', now - 1_000_000_000n, 0],
    ['in the future', now + 1n, 0],
  ];
  for (const [name, stamp, ms] of cases) {
    assert.equal(msUntilOld(at(stamp), now), ms, name);
    if (ms > 0) assert.equal(isRacy(at(stamp), now + BigInt(ms) * 1_000_000n), false, name);
  }
});
