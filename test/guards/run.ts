// Takes each guard away in turn and requires its tests to go red: `npm run test:guards -- [TEXT]` for those whose names contain TEXT.
//
// The sources are copied to a temporary folder, and nothing else is touched. First all named tests must be green with every guard in
// place; then each guard is removed by itself. Only a failed expectation of a named test counts, or, where the guard is against
// waiting for ever, a test that ran into its limit; a source that no longer loads does not. Exit status 1 when any stays green.

import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { GUARDS, type Guard, type GuardTest, withoutGuard } from './guards.ts';
import { runTests } from './runTests.ts';

const LIMIT_MS = 60_000;
/** Of a test that hangs without its guard, and takes well under a second with it. */
const HANGING_LIMIT_MS = 10_000;

const [wanted = ''] = process.argv.slice(2);
const guards = GUARDS.filter(({ name }) => name.includes(wanted));
const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'syncline-guards-'));
process.exitCode = 1;
try {
  for (const name of ['extension', 'server', 'test', 'package.json', 'tsconfig.json'])
    cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const sound = await allGreen();
  let green = 0;
  for (const guard of sound ? guards : []) if (!(await goesRed(guard))) green++;
  if (sound) console.log(`\n${guards.length} guards, ${guards.length - green} of them turn a test red when removed.`);
  if (sound && guards.length > 0 && green === 0) process.exitCode = 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function allGreen(): Promise<boolean> {
  const tests = new Map<string, GuardTest>();
  for (const test of guards.flatMap((guard) => guard.tests)) tests.set(`${test.file}\n${test.title}`, test);
  let sound = true;
  for (const test of tests.values()) {
    const { passed, failures } = await runTests(folder, test, LIMIT_MS);
    if (passed > 0 && failures.length === 0) continue;
    sound = false;
    console.log(
      `✖ ${test.file}: “${test.title}” is not green to begin with: ${failures[0]?.message ?? 'no such test'}`,
    );
  }
  if (sound) console.log(`${tests.size} tests are green with every guard in place.\n`);
  return sound;
}

async function goesRed(guard: Guard): Promise<boolean> {
  const file = join(folder, guard.file);
  const source = readFileSync(file, 'utf8');
  writeFileSync(file, withoutGuard(source, guard));
  try {
    const found: string[] = [];
    for (const test of guard.tests) {
      const { failures } = await runTests(folder, test, guard.hangs ? HANGING_LIMIT_MS : LIMIT_MS);
      const red = failures.find(({ kind }) => kind === 'expectation' || (guard.hangs && kind === 'limit'));
      if (red) {
        console.log(`✔ ${guard.promise}. without ${guard.name}\n     red: ${test.file}: ${red.title}`);
        return true;
      }
      found.push(
        `     ${test.file}: “${test.title}”: ${failures.map((f) => `${f.kind}: ${f.message}`).join('; ') || 'green'}`,
      );
    }
    console.log(`✖ ${guard.promise}. without ${guard.name} NO TEST FAILS\n${found.join('\n')}`);
    return false;
  } finally {
    writeFileSync(file, source);
  }
}
