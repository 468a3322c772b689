// Runs histories of the deterministic simulation: `npm run simulate -- [--seeds N] [--from S] [--seed X] [--clients N] [--trace]`.
//
// Prints what broke, each with the fewest steps that show it, and how many histories ran in a second; every minute it says on
// standard error how far it is. Ends with status 1 if anything broke. `--seed X` runs one alone; with `--trace` it prints all that happens in it.

import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { failureText } from './failureText.ts';
import { runHistory } from './history.ts';
import { planHistory } from './plan.ts';

const { values: flags } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    clients: { type: 'string' },
    every: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
});
const clients = flags.clients === undefined ? undefined : Number(flags.clients);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

if (flags.seed !== undefined) await runOne(Number(flags.seed));
else if (flags.every === undefined) await runAll(Number(flags.from), Number(flags.seeds));
else await runShare(Number(flags.from), Number(flags.seeds), Number(flags.every));

async function runOne(seed: number): Promise<void> {
  const plan = planHistory(seed, clients);
  const { violations, fingerprint, lines } = await runHistory(plan, flags.trace);
  for (const line of lines ?? []) print(line);
  print(`seed ${seed}: ${fingerprint}, ${violations.length === 0 ? 'nothing broke' : violations.join('\n')}`);
  if (violations.length === 0) return;
  print(await failureText(plan, violations));
  process.exitCode = 1;
}

/** In as many processes as there are processors: a simulation has its process to itself. */
async function runAll(from: number, count: number): Promise<void> {
  const begun = performance.now();
  const processes = Math.min(availableParallelism(), count);
  let ran = 0;
  const progress = setInterval(() => {
    const rate = ran / ((performance.now() - begun) / 1000);
    process.stderr.write(`${ran} of ${count} histories, ${rate.toFixed(1)} in a second\n`);
  }, 60_000);
  const ends = Array.from({ length: processes }, (_, n) => {
    const args = ['--from', `${from + n}`, '--seeds', `${from + count}`, '--every', `${processes}`];
    const child = fork(import.meta.filename, [...args, ...(clients === undefined ? [] : ['--clients', `${clients}`])]);
    child.on('message', () => ran++);
    return new Promise<number>((resolve) => child.on('exit', (status) => resolve(status ?? 1)));
  });
  const statuses = await Promise.all(ends);
  clearInterval(progress);
  const seconds = (performance.now() - begun) / 1000;
  print(`${count} histories in ${seconds.toFixed(1)} s, ${(count / seconds).toFixed(1)} in a second`);
  if (statuses.some((status) => status !== 0)) process.exitCode = 1;
}

async function runShare(from: number, end: number, every: number): Promise<void> {
  for (let seed = from; seed < end; seed += every) {
    const plan = planHistory(seed, clients);
    const { violations } = await runHistory(plan);
    process.send?.('ran');
    if (violations.length === 0) continue;
    print(await failureText(plan, violations));
    process.exitCode = 1;
  }
}
