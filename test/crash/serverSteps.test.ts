import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { plant } from '../support/tree.ts';
import { CrashSite } from './crashSite.ts';
import { leftovers, lookInto } from './examine.ts';
import { COMMIT_STEPS, FIRST_START_STEPS, HALF_DONE, RECOVERY_STEPS } from './serverSteps.ts';

const cleanup: (() => unknown)[] = [];
let site: CrashSite;

before(async () => {
  const t = { after: (work: () => unknown) => void cleanup.unshift(work) };
  site = await CrashSite.open(t, temporaryFolder(t));
  await site.connected((client) => site.writer.turn(client));
});

after(async () => {
  for (const work of cleanup) await work();
});

describe('a server that is killed in a commit keeps what it acknowledged, and the commit can be repeated', () => {
  for (const { name, place } of COMMIT_STEPS)
    test(`when ${name}`, async () => {
      await site.dieAt(place);
      await site.recover(name);
    });
});

describe('a server that is killed while it recovers from a death recovers the next time', () => {
  for (const { name, place, after: mess = HALF_DONE } of RECOVERY_STEPS)
    test(`when ${name}`, async () => {
      await site.dieAt(mess);
      await site.dieStarting(place);
      await site.recover(name);
    });
});

describe('a server that is killed in its first start on a folder starts the next time and serves what is in it', () => {
  for (const { name, place } of FIRST_START_STEPS)
    test(`when ${name}`, async (t) => {
      const home = temporaryFolder(t);
      mkdirSync(join(home, 'server'));
      plant(join(home, 'server'), { a: 'a', 'd/b': 'b' });
      const found = lookInto(join(home, 'server'));
      await assert.rejects(CrashSite.open(t, home, place), /ended before/);
      assert.equal(existsSync(join(home, 'fuse')), false, 'never reached');
      const second = await CrashSite.open(t, home);
      assert.deepEqual(lookInto(second.directory), found);
      assert.deepEqual(leftovers(second.directory), []);
      assert.deepEqual(readdirSync(home).sort(), ['server', 'token']);
      await second.connected((client) => second.writer.turn(client));
    });
});
