// Writes the tables of BENCHMARKS.md from rows of the comparison with other tools:
//
//   node test/bench/writeBenchmarks.ts COMMIT RESULTS.jsonl…
//
// What stands outside of the markers in the file is written by hand and stays.

import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { groupOf, type Measurement, type Summary, summarize } from './measurement.ts';
import { LINKS, OURS, WORKLOADS } from './workloads.ts';

const FILE = join(import.meta.dirname, '../../BENCHMARKS.md');
const [BEGIN, END] = ['<!-- tables -->', '<!-- end of tables -->'];

const [commit = '', ...files] = process.argv.slice(2);
const rows = files
  .flatMap((file) => readFileSync(file, 'utf8').split('\n').filter(Boolean))
  .map((line) => JSON.parse(line) as Measurement);

const text = readFileSync(FILE, 'utf8');
const [before, after] = [text.indexOf(BEGIN), text.indexOf(END)];
if (before < 0 || after < before) throw new Error(`${FILE} has no place for the tables.`);
writeFileSync(FILE, `${text.slice(0, before + BEGIN.length)}\n${tables().join('\n')}\n${text.slice(after)}`);

function tables(): string[] {
  const groups = [...Map.groupBy(rows, groupOf)]
    .map(([name, of]) => ({ name, first: of[0] as Measurement, peers: summarize(of) }))
    .filter(({ peers }) => peers.length > 0)
    .sort((a, b) => placeOf(a.first) - placeOf(b.first) || (a.name < b.name ? -1 : 1));
  return [
    machine(),
    '',
    '## At a glance',
    '',
    'Ours divided by the best of the others measured in the same run: below 1 Syncline is faster.',
    '',
    '| workload | link | ours | best other | ours / other | asked for | |',
    '|---|---|--:|--:|--:|--:|---|',
    ...groups.flatMap(({ first, peers }) => glance(first, peers)),
    '',
    '## All measurements',
    ...groups.flatMap(({ first, peers }) => details(first, peers)),
  ];
}

function machine(): string {
  const days = rows.map(({ ts }) => ts.slice(0, 10)).sort();
  const cpu = `${cpus()[0]?.model.trim()}, ${availableParallelism()} threads, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `\n${days.at(-1)}, commit ${commit}; ${cpu}; Linux ${release()}; Node ${process.versions.node}.`;
}

function placeOf({ workload, link }: Measurement): number {
  return Object.keys(WORKLOADS).indexOf(workload) * 2 + (link === 'lo' ? 0 : 1);
}

function glance(row: Measurement, peers: readonly Summary[]): string[] {
  const workload = WORKLOADS[row.workload];
  const call = row.op === undefined ? '' : ` ${row.op} ${row.n}`;
  const bar = workload?.bars[row.link + call];
  const ours = peers.find(({ peer }) => (bar ? peer === bar[0] : OURS.has(peer)));
  const best = peers.find(({ peer }) => !OURS.has(peer));
  if (!workload || !ours) return [];
  const ratio = best && ours.time / best.time;
  const verdict = ratio === undefined || !bar ? '' : ratio <= bar[1] ? 'met' : '**missed**';
  const cells = [
    `${row.workload}${call} ${call ? '' : `— ${workload.title}`}`.trim(),
    row.link,
    `${seconds(ours.time)} (${ours.peer})`,
    best ? `${seconds(best.time)} (${best.peer})` : '',
    ratio === undefined ? '' : ratio.toFixed(2),
    bar ? `≤ ${Number(bar[1].toFixed(2))}` : '',
    verdict,
  ];
  return [`| ${cells.join(' | ')} |`];
}

function details(row: Measurement, peers: readonly Summary[]): string[] {
  const call = row.op === undefined ? '' : ` ${row.op} ${row.n}`;
  return [
    '',
    `### ${row.workload}${call}, ${row.link} (${LINKS[row.link] ?? row.link}) — ${WORKLOADS[row.workload]?.title ?? ''}`,
    '',
    '| | n | median | least | most | on the wire | CPU s | memory MB | others |',
    '|---|--:|--:|--:|--:|--:|--:|--:|--:|',
    ...peers.map((each) => {
      const cells = [
        OURS.has(each.peer) ? `**${each.peer}**` : each.peer,
        String(each.count),
        seconds(each.time),
        seconds(each.least),
        seconds(each.most),
        bytes(each.wireBytes),
        each.cpuSeconds.toFixed(2),
        each.memoryMb.toFixed(0),
        `${Math.round(each.otherCpu * 100)} %`,
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  ];
}

function seconds(value: number): string {
  return value < 1 ? `${(value * 1000).toFixed(value < 0.01 ? 1 : 0)} ms` : `${value.toFixed(2)} s`;
}

function bytes(value: number): string {
  if (!Number.isFinite(value)) return '';
  return value < 1e6 ? `${(value / 1e3).toFixed(1)} kB` : `${(value / 1e6).toFixed(value < 1e7 ? 2 : 0)} MB`;
}
