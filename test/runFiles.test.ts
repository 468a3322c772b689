import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test, type TestContext } from 'node:test';
import type { Counts } from './support/runFiles.ts';

const PASSES = "test('passes', () => {});";
const FAILS = "test('fails', () => { throw new Error('for a reason'); });";
const SKIPS = "test('skips', { skip: true }, () => {});";
const LEAKS = "test('leaks', () => { setInterval(() => {}, 1000); });";
const HANGS = "test('hangs', () => new Promise(() => { setInterval(() => {}, 1000); }));";

/** Runs files with these contents and returns the counts and what was printed. */
async function report(t: TestContext, sources: readonly string[], limitMs = 60_000): Promise<[Counts, string]> {
  const folder = mkdtempSync(join(tmpdir(), 'syncline-run-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const files = sources.map((source, index) => {
    const file = join(folder, `file${index}.test.mjs`);
    writeFileSync(file, `import { test } from 'node:test';\n${source}\n`);
    return file;
  });
  // node:test refuses to run files from inside a test, so a process in between does
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const program = join(folder, 'run.mjs');
  writeFileSync(program, RUN);
  const child = spawn(process.execPath, [program, String(limitMs), ...files], { env });
  return JSON.parse(await text(child.stdout)) as [Counts, string];
}

const RUN = `
const { runFiles } = await import(${JSON.stringify(import.meta.resolve('./support/runFiles.ts'))});
const [limitMs, ...files] = process.argv.slice(2);
let printed = '';
const counts = await runFiles(files, { concurrency: 2, limitMs: Number(limitMs), print: (text) => (printed += text) });
console.log(JSON.stringify([counts, printed]));
`;

describe('the test runner', { concurrency: true }, () => {
  test('adds up what all files report', async (t) => {
    const [counts, printed] = await report(t, [PASSES + FAILS, PASSES, SKIPS]);
    assert.deepEqual(counts, { tests: 4, pass: 2, fail: 1, cancelled: 0, skipped: 1, todo: 0 });
    assert.match(printed, /✖ failing tests:[^]*for a reason/);
  });

  test('fails a file that leaves something open, and goes on with the next', async (t) => {
    const [counts, printed] = await report(t, [LEAKS, PASSES], 8000);
    assert.deepEqual([counts.pass, counts.cancelled], [2, 1]);
    assert.match(printed, /file0\.test\.mjs did not end within 8 s/);
  });

  test('names a test that hangs', async (t) => {
    const [counts, printed] = await report(t, [HANGS], 12_000);
    assert.equal(counts.pass, 0);
    assert.match(printed, /✖ hangs/);
  });

  test('counts a file that cannot be loaded as a failure', async (t) => {
    const [counts] = await report(t, ["import './nowhere.mjs';", PASSES]);
    assert.deepEqual([counts.pass, counts.fail], [1, 1]);
  });
});
