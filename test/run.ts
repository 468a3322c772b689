// Runs Syncline's tests: `npm test -- [--only STAGE[,STAGE…]] [--grep TEXT] [FILE…]`.
//
//   check    types, lint rules and formatting
//   unit     everything that needs no program of its own: pure parts, contracts, stores, sessions
//   e2e      real server and client processes from dist/, over real sockets
//   vscode   the extension in a real VS Code
//
// Every stage runs, even after another has failed; those that start what is in dist/ need a build that succeeds. A skipped
// test counts as a failure. Naming files runs just those.

import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { matchesGlob, relative, resolve } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { type Counts, runFiles } from './support/runFiles.ts';

const STAGES = ['check', 'unit', 'e2e', 'vscode'] as const;
type Stage = (typeof STAGES)[number];

type TestStage = Exclude<Stage, 'check'>;

const FILES: Record<TestStage, readonly string[]> = {
  unit: ['test/**/*.test.ts'],
  e2e: ['test/endToEnd/**/*.test.ts', 'test/crash/**/*.test.ts'],
  vscode: ['test/vscode/*.test.ts', 'test/vscode/ui/**/*.test.ts'],
};
/** A file that takes longer than this hangs. */
const LIMIT_MS: Record<TestStage, number> = { unit: 300_000, e2e: 600_000, vscode: 1_200_000 };

const { values: flags, positionals } = parseArgs({
  options: { only: { type: 'string' }, grep: { type: 'string' } },
  allowPositionals: true,
});
const root = resolve(import.meta.dirname, '..');
process.chdir(root);
const named = positionals.map((file) => relative(root, resolve(file)).replaceAll('\\', '/'));
const stages = chosenStages();

const failed: string[] = [];
const total: Counts = { tests: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0 };
const begun = performance.now();
const isBuilt = stages.every((stage) => stage === 'check') || runNode('build', ['.ci/bootstrap.mjs', '--build']);
if (!isBuilt) failed.push('build');
for (const stage of stages) {
  const ok = stage === 'check' ? check() : (isBuilt || stage === 'unit') && (await test(stage));
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

async function test(stage: TestStage): Promise<boolean> {
  const files = filesOf(stage).filter((file) => named.length === 0 || named.includes(file));
  if (files.length === 0) return named.length > 0;
  title(stage);
  const counts = await runFiles(files, {
    // Programs that are killed, cut off and timed have the machine to themselves; a window mostly waits.
    concurrency: stage === 'e2e' ? 1 : availableParallelism(),
    limitMs: LIMIT_MS[stage],
    ...(flags.grep !== undefined && { grep: flags.grep }),
    print: (text) => process.stdout.write(text),
  });
  for (const key of Object.keys(total) as (keyof Counts)[]) total[key] += counts[key];
  return counts.pass > 0 && counts.pass === counts.tests;
}

function filesOf(stage: TestStage): string[] {
  const files = globSync(FILES[stage], { exclude: ['**/node_modules/**', '**/fixtures/**'] });
  return files
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => stage !== 'unit' || !isOfAnotherStage(file))
    .toSorted();
}

function isOfAnotherStage(file: string): boolean {
  return [...FILES.e2e, ...FILES.vscode].some((pattern) => matchesGlob(file, pattern));
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
  for (const name of new Set([...failed, ...stages])) console.log(`${failed.includes(name) ? '✖' : '✔'} ${name}`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}
