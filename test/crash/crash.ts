// Kills the real server and the real command line on a real disk, again and again: `npm run crash -- [--kills N] [--seed S]`.
//
// In storms of 60 kills, each on a folder of its own and with a seed of its own, in the system's folder for temporary files. Prints
// a line for each and what was found in the end; a storm that finds something leaves its folder behind. Ends with status 1 then.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from './median.ts';
import { storm } from './storm.ts';

const { values: flags } = parseArgs({
  options: { kills: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' } },
});
const STORM = 60;
const MOST_TOLD = 30;
const print = (text: string): void => void process.stdout.write(`${text}\n`);

const begun = performance.now();
const startsMs: number[] = [];
let [kills, acknowledged, broken] = [0, 0, 0];
for (let seed = Number(flags.seed); kills < Number(flags.kills) && broken === 0; seed++) {
  const home = mkdtempSync(join(tmpdir(), 'syncline-crash-'));
  const cleanup: (() => unknown)[] = [];
  const t = { after: (work: () => unknown) => void cleanup.unshift(work) };
  try {
    const report = await storm(t, { seed, kills: Math.min(STORM, Number(flags.kills) - kills), home });
    kills += Object.values(report.kills).reduce((sum, count) => sum + count, 0);
    acknowledged += report.acknowledged;
    broken += report.violations.length;
    startsMs.push(...report.startsMs);
    print(`seed ${seed}: ${JSON.stringify(report.kills)}, ${report.acknowledged} commits acknowledged`);
    for (const violation of report.violations.slice(0, MOST_TOLD)) print(`  ${violation}`);
  } finally {
    for (const work of cleanup) await work();
    if (broken > 0) print(`  left in ${home}`);
    else rmSync(home, { recursive: true, force: true });
  }
}
const seconds = (performance.now() - begun) / 1000;
const longest = Math.max(0, ...startsMs);
print(
  `${kills} kills in ${seconds.toFixed(0)} s (${(kills / seconds).toFixed(2)} in a second), ${acknowledged} commits acknowledged`,
);
print(
  `starts after a death: ${startsMs.length}, median ${Math.round(median(startsMs))} ms, longest ${Math.round(longest)} ms`,
);
print(broken === 0 ? 'nothing was lost, nothing torn' : `${broken} promises broken`);
process.exitCode = broken === 0 ? 0 : 1;
