import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CLI, type Ended, Running } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { GET_STEPS, SYNC_STEPS } from './clientSteps.ts';
import { CrashSite } from './crashSite.ts';
import { Editor } from './editor.ts';
import { astray, lookInto, torn } from './examine.ts';
import { FuseBox } from './fuseBox.ts';
import type { Place } from './place.ts';

const cleanup: (() => unknown)[] = [];
let home: string;
let local: string;
let site: CrashSite;
let editor: Editor;
let fuse: FuseBox;

before(async () => {
  const t = { after: (work: () => unknown) => void cleanup.unshift(work) };
  home = temporaryFolder(t);
  local = join(home, 'local');
  mkdirSync(local);
  site = await CrashSite.open(t, home);
  editor = new Editor(local, 'p', site.ledger);
  fuse = new FuseBox(join(home, 'client-fuse'));
  for (let turn = 0; turn < 4; turn++) await change();
  assert.equal((await run(...sync())).status, 0);
});

after(async () => {
  for (const work of cleanup) await work();
});

/** Changes on both sides that nobody has synced yet. */
async function change(): Promise<void> {
  editor.turn();
  await site.connected((client) => site.writer.turn(client));
}

const run = (...args: string[]): Promise<Ended> =>
  new Running(CLI, args, { cwd: home, env: { ...site.server.env(), ...fuse.env } }).ended;

/** What is deleted in these minutes would make a brake ask. */
const sync = (): string[] => ['sync', 'local', `${site.server.url}/files`, '--yes'];

async function dieAt(place: Place, ...args: string[]): Promise<void> {
  fuse.light(place);
  const { signal, stderr, stdout } = await run(...args);
  const wasReached = !fuse.isBurning;
  fuse.putOut();
  assert(wasReached, `${JSON.stringify(place)} was never reached\n${stdout}\n${stderr}`);
  assert.equal(signal, 'SIGKILL');
}

describe('a sync that is killed leaves old or new on both sides, and the next one finishes it', () => {
  for (const { name, place } of SYNC_STEPS)
    test(`when ${name}`, async () => {
      await change();
      await dieAt(place, ...sync());
      assert.deepEqual(torn(lookInto(local), site.ledger), []);
      assert.deepEqual(torn(lookInto(site.directory), site.ledger), []);
      // meanwhile life goes on, here and there
      await change();
      const { status, stdout, stderr } = await run(...sync(), '--json');
      assert.equal(status, 0, stdout + stderr);
      const now = lookInto(local);
      assert.deepEqual(now, lookInto(site.directory));
      assert.deepEqual(astray(now, site.ledger), []);
      assert.deepEqual(editor.astray(now), []);
    });
});

describe('a download that is killed leaves nothing half, and the next one finishes it and cleans up', () => {
  for (const { name, place } of GET_STEPS)
    test(`when ${name}`, async () => {
      const got = join(home, 'got');
      rmSync(got, { recursive: true, force: true });
      await dieAt(place, 'get', 'w', 'got');
      assert.deepEqual(torn(lookInto(got), site.ledger), []);
      const { status, stderr } = await run('get', 'w', 'got');
      assert.equal(status, 0, stderr);
      assert.deepEqual(lookInto(got), lookInto(join(site.directory, 'w')));
      assert(!readdirSync(got).includes('.syncline'));
    });
});
