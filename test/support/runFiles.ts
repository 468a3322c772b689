// Runs test files, each in a process of its own, and ends those that do not end by themselves.

import { Readable } from 'node:stream';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

export interface RunFilesOptions {
  /** How many run at once. */
  readonly concurrency: number;
  /** A file that takes longer hangs: a test that never ends, or something left open after the last one. */
  readonly limitMs: number;
  /** Only tests whose names contain this. */
  readonly grep?: string;
  /** Gets the report. */
  readonly print: (text: string) => void;
}

export type Counts = Record<'tests' | 'pass' | 'fail' | 'cancelled' | 'skipped' | 'todo', number>;

interface Report {
  readonly type: string;
  readonly data: unknown;
}

/** Reports all files as one run. A file that had to be ended counts as a test that was cancelled. */
export async function runFiles(files: readonly string[], options: RunFilesOptions): Promise<Counts> {
  const counts: Counts = { tests: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0 };
  const reports = new Readable({ objectMode: true, read: () => {} });
  const printed = print(reports, options.print);
  const waiting = [...files];
  const worker = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      await runFile(file, options, counts, (report) => void reports.push(report));
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, worker));
  reports.push(null);
  await printed;
  return counts;
}

async function runFile(
  file: string,
  { limitMs, grep }: RunFilesOptions,
  counts: Counts,
  push: (report: Report) => void,
): Promise<void> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), limitMs);
  const events = run({
    files: [file],
    // a single test has half of the time, so that it is named when it hangs
    timeout: limitMs / 2,
    signal: limit.signal,
    ...(grep !== undefined && { testNamePatterns: [grep] }),
  });
  // Told file by file: the reporter takes nested tests of files that run side by side for tests of one another, and fails.
  const told: Report[] = [];
  // Each file's own totals are left out: the caller prints one sum.
  for await (const event of events as AsyncIterable<Report>) {
    if (event.type === 'test:summary') add(counts, event.data as Summary);
    else if (!isTotal(event)) told.push(event);
  }
  for (const event of told) push(event);
  clearTimeout(timer);
  if (!limit.signal.aborted) return;
  const message = `✖ ${file} did not end within ${limitMs / 1000} s: a test hangs, or something is left open\n`;
  push({ type: 'test:stderr', data: { file, message } });
}

interface Summary {
  readonly file?: string;
  readonly counts: Record<'tests' | 'passed' | 'cancelled' | 'skipped' | 'todo', number>;
}

function add(counts: Counts, { file, counts: { tests, passed, cancelled, skipped, todo } }: Summary): void {
  if (file !== undefined) return; // told twice: once for the file, once for the run
  counts.tests += tests;
  counts.pass += passed;
  counts.fail += tests - passed - cancelled - skipped - todo;
  counts.cancelled += cancelled;
  counts.skipped += skipped;
  counts.todo += todo;
}

function isTotal({ type, data }: Report): boolean {
  return type === 'test:diagnostic' && /^(\w+) [\d.]+$/.test((data as { message: string }).message);
}

async function print(reports: Readable, write: (text: string) => void): Promise<void> {
  for await (const text of reports.compose(spec)) write(String(text));
}
