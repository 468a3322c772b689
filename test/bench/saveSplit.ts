// `node test/bench/saveSplit.ts [SAVES]`: where the time of a save in the editor goes, over loopback. The engine is called as the
// extension calls it when it is told of a save, in a process without anything else; the server is one of its own.

import { type Spans, spansSoFar } from './spans.ts';

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quantile } from './figures.ts';

const { TargetSync } = await import('../../extension/sync/syncTarget.ts');
const { providerOf } = await import('./provider.ts');
const { startServer } = await import('../support/serverProcess.ts');

const SIZE = 10_000;
/** Between two saves, milliseconds: a person's saves do not follow on each other. */
const PAUSE_MS = 30;
const saves = Number(process.argv[2] ?? 200);
const home = mkdtempSync(join(tmpdir(), 'syncline-split-'));
const cleanUps: (() => unknown)[] = [];
const root = join(home, 'local');
mkdirSync(root);
writeFileSync(join(root, 'saved.txt'), 'begin');

const spansFile = join(home, 'spans.json');
const server = await startServer(
  { after: (work) => void cleanUps.push(work) },
  {
    directory: join(home, 'share'),
    env: { NODE_OPTIONS: `--import=${join(import.meta.dirname, 'spans.ts')}`, SYNCLINE_SPANS: spansFile },
  },
);
const provider = providerOf(server);
const target = await TargetSync.open({
  root,
  share: 'files',
  mode: 'two-way',
  stateDirectory: join(home, 'state'),
  provider,
});
try {
  await target.syncOnce();
  await target.start();
  for (let n = 0; n < 20; n++) await save(n);
  const before = { here: spansSoFar(), there: await commits() };
  const times: number[] = [];
  for (let n = 0; n < saves; n++) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    times.push(await save(n));
  }
  const there = await commits();
  const here = perSave(spansSoFar(), before.here);
  const commitMs = ((there.seconds - before.there.seconds) * 1000) / (there.count - before.there.count);
  const mean = times.reduce((sum, ms) => sum + ms, 0) / times.length;
  await target.close();
  provider.close();
  await server.stop();
  const all = perCommit(JSON.parse(readFileSync(spansFile, 'utf8')) as Spans, there.count);
  const show = (ms: number): string => `${ms.toFixed(2)} ms`;
  console.log(
    `save to acknowledged: p50 ${show(quantile(times, 0.5))}, p99 ${show(quantile(times, 0.99))}, mean ${show(mean)}, of which`,
  );
  console.log(`  here: read ${show(here.files)}, hash ${show(here.hash)}, base and journal ${show(here.index)}`);
  console.log(
    `  server: commit ${show(commitMs)}, of which fsync ${show(all.fsync)}, index ${show(all.index)}, files ${show(all.files)}, hash ${show(all.hash)}`,
  );
  console.log(
    `  the rest (deciding, messages, the two sockets, turns of the event loop): ${show(mean - here.files - here.hash - here.index - commitMs)}`,
  );
} finally {
  for (const cleanUp of cleanUps.toReversed()) await cleanUp();
  rmSync(home, { recursive: true, force: true });
}

/** Milliseconds from the word of a save to the server's that it is durable. */
async function save(n: number): Promise<number> {
  writeFileSync(join(root, 'saved.txt'), Buffer.alloc(SIZE + n, `${n} `));
  const begun = performance.now();
  await new Promise<void>((resolve) => {
    const listening = target.onApplied(() => {
      listening.dispose();
      resolve();
    });
    target.notifySaved(join(root, 'saved.txt'));
  });
  return performance.now() - begun;
}

/** What the server has counted. */
async function commits(): Promise<{ readonly seconds: number; readonly count: number }> {
  const text = await (await fetch(`${server.metrics ?? ''}/metrics`)).text();
  const value = (name: string): number =>
    Number(
      new RegExp(`^syncline_request_duration_seconds_${name}\\{method="files/commit"\\} (.*)$`, 'm').exec(text)?.[1],
    );
  return { seconds: value('sum'), count: value('count') };
}

function perSave(now: Spans, then: Spans): Spans {
  return perCommit(
    {
      fsync: now.fsync - then.fsync,
      hash: now.hash - then.hash,
      index: now.index - then.index,
      files: now.files - then.files,
    },
    saves,
  );
}

function perCommit({ fsync, hash, index, files }: Spans, count: number): Spans {
  return { fsync: fsync / count, hash: hash / count, index: index / count, files: files / count };
}
