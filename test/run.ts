// Runs Syncline's tests: `npm test -- [--only STAGE[,STAGE…]] [--grep TEXT] [FILE…]`.
//
//   check    types, lint rules and formatting
//   unit     everything that needs no program of its own: pure parts, contracts, stores, sessions
//   e2e      real server and client processes from dist/, over real sockets
//   vscode   the extension in a real VS Code
//
// Every stage runs, even after one has failed; a skipped test counts as a failure. Naming files runs just those.

import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs, styleText } from 'node:util';

const STAGES = ['check', 'unit', 'e2e', 'vscode'] as const;
type Stage = (typeof STAGES)[number];

const FOLDERS: Record<Exclude<Stage, 'check' | 'unit'>, string> = { e2e: 'test/endToEnd', vscode: 'test/vscode' };
/** A file that takes longer than this hangs. */
const LIMIT_MS: Record<Exclude<Stage, 'check'>, number> = { unit: 120_000, e2e: 600_000, vscode: 1_200_000 };

const { values: flags, positionals } = parseArgs({
  options: { only: { type: 'string' }, grep: { type: 'string' } },
  allowPositionals: true,
});
const root = resolve(import.meta.dirname, '..');
process.chdir(root);
const named = positionals.map((file) => relative(root, resolve(file)).replaceAll('\\', '/'));
const stages = chosenStages();

if (stages.some((stage) => stage !== 'check') && !runNode('build', ['.ci/bootstrap.mjs', '--build'])) process.exit(1);
const failed: string[] = [];
const total = { tests: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0 };
const begun = performance.now();
for (const stage of stages) {
  const ok = stage === 'check' ? check() : await test(stage);
  if (!ok) failed.push(stage);
}
report();

function chosenStages(): readonly Stage[] {
  const wanted = flags.only?.split(',') ?? (named.length > 0 ? STAGES.filter((stage) => stage !== 'check') : STAGES);
  const unknown = wanted.filter((name) => !STAGES.some((stage) => stage === name));
  if (unknown.length === 0) return STAGES.filter((stage) => wanted.includes(stage));
  console.error(`Unknown stage ${unknown.join(', ')}; there are ${STAGES.join(', ')}.`);
  process.exit(2);
}

function check(): boolean {
  const types = runNode('types', ['node_modules/typescript/bin/tsc']);
  const lint = runNode('lint', ['node_modules/oxlint/bin/oxlint']);
  const format = runNode('format', ['node_modules/@biomejs/biome/bin/biome', 'format']);
  return types && lint && format;
}

async function test(stage: Exclude<Stage, 'check'>): Promise<boolean> {
  const files = filesOf(stage).filter((file) => named.length === 0 || named.includes(file));
  if (files.length === 0) return named.length > 0;
  title(stage);
  const events = run({
    files,
    // Programs that measure time and share two cores run one after the other.
    concurrency: stage === 'unit',
    timeout: LIMIT_MS[stage],
    ...(flags.grep !== undefined && { testNamePatterns: [flags.grep] }),
  });
  const counts = { tests: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0 };
  events.on('test:summary', ({ file, counts: { tests, passed, cancelled, skipped, todo } }) => {
    if (file !== undefined) return; // a file's own summary; the one without a file is that of all
    const fail = tests - passed - cancelled - skipped - todo;
    Object.assign(counts, { tests, pass: passed, fail, cancelled, skipped, todo });
  });
  for await (const text of events.compose(spec)) process.stdout.write(text);
  for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += counts[key];
  return counts.pass > 0 && counts.pass === counts.tests;
}

function filesOf(stage: Exclude<Stage, 'check'>): string[] {
  const all = globSync('test/**/*.test.ts', { exclude: ['**/node_modules/**', '**/fixtures/**'] });
  const paths = all.map((path) => path.replaceAll('\\', '/')).toSorted();
  const inside = (folder: string): string[] => paths.filter((path) => path.startsWith(`${folder}/`));
  if (stage !== 'unit') return inside(FOLDERS[stage]);
  const others = Object.values(FOLDERS).flatMap(inside);
  return paths.filter((path) => !others.includes(path));
}

function runNode(name: string, args: readonly string[]): boolean {
  title(name);
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status === 0;
}

function title(name: string): void {
  console.log(styleText('bold', `\n=== ${name}`));
}

/** The last lines have the form of node's own summary, over all stages. */
function report(): void {
  title('summary');
  for (const [name, count] of Object.entries(total)) console.log(`ℹ ${name} ${count}`);
  console.log(`ℹ duration_ms ${Math.round(performance.now() - begun)}`);
  for (const stage of stages) console.log(`${failed.includes(stage) ? '✖' : '✔'} ${stage}`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}
