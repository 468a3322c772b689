// `npm run bench [-- --json]`: saves, calls, large files and whole trees over loopback, beside rsync on the same files in the same run.
//
// `npm run bench -- --scale [--files N] [--entries N] [--clients N] [--gibibytes N]`: how time and memory grow, without rsync.
//
// The figures depend on the machine and on what else it does; the ratios less so.

import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { realTree } from '../support/realTree.ts';
import type { Bench } from './bench.ts';
import { measureCalls } from './calls.ts';
import { type Figure, ratioOf, report } from './figures.ts';
import { startRsync } from './rsyncDaemon.ts';
import { measureLargeFiles } from './largeFiles.ts';
import { measureScale, type ScaleRow, scaleTable } from './scale.ts';
import { measureSaves } from './saves.ts';
import { measureTrees } from './trees.ts';

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    scale: { type: 'boolean', default: false },
    files: { type: 'string', default: '100000' },
    entries: { type: 'string', default: '50000' },
    clients: { type: 'string', default: '200' },
    gibibytes: { type: 'string', default: '10' },
  },
});
const home = mkdtempSync(join(tmpdir(), 'syncline-bench-'));
const cleanUps: (() => unknown)[] = [];
const begun = performance.now();
try {
  if (flags.scale) await scale();
  else await compare();
} finally {
  for (const cleanUp of cleanUps.toReversed()) await cleanUp();
  rmSync(home, { recursive: true, force: true });
}

async function scale(): Promise<void> {
  const rows: ScaleRow[] = [];
  const { files, entries, clients, gibibytes } = flags;
  const options = { files: +files, entries: +entries, clients: +clients, gibibytes: +gibibytes };
  await measureScale(home, options, (row) => {
    rows.push(row);
    console.error(scaleTable([row]).at(-1));
  });
  console.log(flags.json ? JSON.stringify(rows) : scaleTable(rows).join('\n'));
}

async function compare(): Promise<void> {
  const tree = await realTree();
  const rsync = await startRsync(home);
  if (rsync) cleanUps.push(() => rsync.stop());
  else console.error('There is no rsync, and only root can install it: our figures stand alone.');
  const bench: Bench = { home, tree, rsync, cleanUps };
  const figures: Figure[] = [];
  for (const measure of [measureTrees, measureLargeFiles, measureSaves, measureCalls])
    figures.push(...(await measure(bench)));
  if (flags.json) console.log(JSON.stringify(figures.map((figure) => ({ ...figure, ratio: ratioOf(figure) }))));
  else {
    console.log(report(figures).join('\n'));
    const versus = rsync ? `rsync ${rsync.version} (daemon)` : 'no rsync';
    console.log(
      `\n${cpus()[0]?.model.trim()}, ${availableParallelism()} threads, Node ${process.versions.node}, ${versus}, loopback.`,
    );
    console.log(
      `A ratio below 1 in milliseconds means that Syncline is faster. Took ${Math.round((performance.now() - begun) / 1000)} s.`,
    );
  }
}
