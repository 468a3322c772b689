// `node --expose-gc test/bench/turns.ts [--files N] [--folder N] [--upload]`: for how long the engine keeps the event loop, step by step, in a
// process without anything else: what test/bench/editor.ts measures in the extension host, quickly and open to `--cpu-prof`. The
// server is a process of its own. Both sides have `--files`, and `--folder` in one folder besides.
// With `--upload` all of them go up as well, to an empty share.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { TargetSync } from '../../extension/sync/syncTarget.ts';
import { startServer } from '../support/serverProcess.ts';
import { BlockingWatch } from '../vscode/measure/blocking.ts';
import { plantFiles } from './plantFiles.ts';
import { providerOf } from './provider.ts';

const { values: flags } = parseArgs({
  options: {
    files: { type: 'string', default: '100000' },
    folder: { type: 'string', default: '20000' },
    upload: { type: 'boolean' },
  },
});
/** What a save leaves to be done has been done by then. */
const AFTER_MS = 1_000;
const QUIET_MS = 12_000;

const home = mkdtempSync(join(tmpdir(), 'syncline-turns-'));
const cleanUps: (() => unknown)[] = [];
try {
  const [root, share, empty] = [join(home, 'local'), join(home, 'share'), join(home, 'empty')];
  mkdirSync(empty);
  plantFiles(root, Number(flags.files));
  const large = join(root, 'large');
  mkdirSync(large);
  for (let n = 0; n < Number(flags.folder); n++) writeFileSync(join(large, `entry-${n}.txt`), `${n}\n`);
  cpSync(root, share, { recursive: true });
  const server = await startServer(
    { after: (work) => void cleanUps.push(work) },
    { directory: share, args: ['--share', `empty=${empty}`] },
  );
  const provider = providerOf(server);
  cleanUps.push(() => provider.close());
  const options = { root, share: 'files', mode: 'two-way', stateDirectory: join(home, 'state'), provider } as const;
  let target = await TargetSync.open(options);
  cleanUps.push(() => target.close());

  await measured('first plan', () => target.plan());
  await measured('first sync', () => target.syncOnce({ confirmed: true }));
  await measured('sync with nothing to do', () => target.syncOnce());
  await measured('watching begins', async () => {
    const settled = new Promise((resolve) => target.onSettled(resolve));
    await target.start();
    await settled;
  });
  await measured('quiet', () => delay(QUIET_MS));
  memory();
  await measured('save in a small folder', () => save(join(root, 'package1', 'folder1', 'file1.ts')));
  await measured('save in the large folder', () => save(join(large, 'entry-7.txt')));
  await measured('again', () => save(join(large, 'entry-7.txt')));
  await measured('all removed at once', async () => {
    const settled = new Promise((resolve) => target.onSettled(resolve));
    spawn('rm', ['-r', large]);
    await settled;
  });
  await target.close();
  await measured('opened again', async () => (target = await TargetSync.open(options)));
  await measured('plan of both sides as they were', () => target.plan());
  await target.close();

  target = await TargetSync.open({ ...options, share: 'empty', stateDirectory: join(home, 'other state') });
  await measured('plan of a first upload', () => target.plan());
  if (flags.upload) await measured('first upload', () => target.syncOnce({ confirmed: true }));
  if (flags.upload)
    await measured('renamed as a whole', async () => {
      await once(spawn('mv', [join(root, 'package0'), join(root, 'renamed')]), 'exit');
      await target.syncOnce({ confirmed: true });
    });

  async function save(file: string): Promise<void> {
    writeFileSync(file, `${performance.now()}\n`);
    await new Promise<void>((resolve) => {
      const listening = target.onApplied(() => {
        listening.dispose();
        resolve();
      });
      target.notifySaved(file);
    });
    await delay(AFTER_MS);
  }
} finally {
  for (const cleanUp of cleanUps.toReversed()) await cleanUp();
  rmSync(home, { recursive: true, force: true });
}

async function measured(name: string, work: () => Promise<unknown>): Promise<void> {
  const watch = new BlockingWatch();
  const [begun, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  const { cpuMs, over50 } = watch.stop();
  const [ms, cpu] = [Math.round(performance.now() - begun), Math.round((user + system) / 1000)];
  console.log(`${name}: ${ms} ms, ${cpu} ms of processors; longest turn ${cpuMs} ms, ${over50} over 50 ms`);
}

function memory(): void {
  const megabytes = (bytes: number): number => Math.round(bytes / 1_000_000);
  const before = process.memoryUsage();
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  console.log(
    `memory: ${megabytes(before.rss)} MB, of it the heap ${megabytes(before.heapUsed)} MB; after a collection ${megabytes(rss)} MB and ${megabytes(heapUsed)} MB`,
  );
}
