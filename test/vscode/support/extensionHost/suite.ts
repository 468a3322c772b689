// A test runner for inside VS Code's extension host, where node:test reports nothing.
//
//   suite('Upload', () => {
//     before(async () => { … });
//     test('puts the file on the server', async (t) => { t.after(() => …); … });
//   });
//
// Tests run one after another, in the order in which they were declared. A test fails when it throws, when it takes
// too long, or when the extension left a promise's rejection unhandled meanwhile.
import type { TestResult, TestResults } from './results.ts';
import { describeError } from './stack.ts';

export interface TestContext {
  /** Aborted when the test's time is over. */
  readonly signal: AbortSignal;
  /** Runs `cleanup` after the test, whatever came of it; the last one first. */
  after(cleanup: () => unknown): void;
}

export interface TestOptions {
  /** Milliseconds; 60,000 unless told, since the machine may be busy. */
  readonly timeout?: number;
}

type Hook = () => unknown;
type Body = (t: TestContext) => unknown;

interface Test {
  readonly name: string;
  readonly body: Body;
  readonly timeout: number;
}

interface Suite {
  readonly name: string;
  readonly children: (Suite | Test)[];
  readonly hooks: Record<'before' | 'after' | 'beforeEach' | 'afterEach', Hook[]>;
}

const TIMEOUT_MS = 60_000;
const top = newSuite('');
let current = top;

export function suite(name: string, declare: () => void): void {
  const parent = current;
  current = newSuite(name);
  parent.children.push(current);
  declare();
  current = parent;
}

export function test(name: string, body: Body, { timeout = TIMEOUT_MS }: TestOptions = {}): void {
  current.children.push({ name, body, timeout });
}

export function before(hook: Hook): void {
  current.hooks.before.push(hook);
}

export function after(hook: Hook): void {
  current.hooks.after.push(hook);
}

export function beforeEach(hook: Hook): void {
  current.hooks.beforeEach.push(hook);
}

export function afterEach(hook: Hook): void {
  current.hooks.afterEach.push(hook);
}

/** Runs everything declared so far whose full name contains `only`; `print` gets the report line by line. */
export async function runSuites(print: (line: string) => void, only = ''): Promise<TestResults> {
  const run = new Run(print, only);
  await run.suite(top, []);
  return run.results();
}

class Run {
  readonly #print: (line: string) => void;
  readonly #only: string;
  readonly #tests: TestResult[] = [];

  constructor(print: (line: string) => void, only: string) {
    this.#print = print;
    this.#only = only;
  }

  results(): TestResults {
    const passed = this.#tests.filter((result) => result.error === undefined).length;
    return { passed, failed: this.#tests.length - passed, tests: this.#tests };
  }

  async suite(suite: Suite, outer: readonly Suite[]): Promise<void> {
    const path = [...outer, suite];
    if (!this.#wanted(suite, outer)) return;
    if (suite.name !== '') this.#print(`${'  '.repeat(outer.length - 1)}${suite.name}`);
    const failure = await this.#hooks(suite.hooks.before, path, 'before');
    for (const child of failure ? [] : suite.children) {
      if (isSuite(child)) await this.suite(child, path);
      else if (this.#wanted(child, path)) await this.#test(child, path);
    }
    await this.#hooks(suite.hooks.after, path, 'after');
  }

  /** A failing hook counts as one failed test. */
  async #hooks(hooks: readonly Hook[], path: readonly Suite[], kind: string): Promise<boolean> {
    for (const hook of hooks) {
      const started = Date.now();
      const error = await outcome(TIMEOUT_MS, async () => void (await hook()));
      if (error !== undefined) this.#record(path, `(${kind})`, started, error);
      if (error !== undefined) return true;
    }
    return false;
  }

  async #test(test: Test, path: readonly Suite[]): Promise<void> {
    const started = Date.now();
    const cleanups: Hook[] = path.flatMap(({ hooks }) => hooks.afterEach);
    const errors = [
      await outcome(test.timeout, async (signal) => {
        for (const hook of path.flatMap(({ hooks }) => hooks.beforeEach)) await hook();
        await test.body({ signal, after: (cleanup) => void cleanups.push(cleanup) });
      }),
    ];
    for (const cleanup of cleanups.toReversed())
      errors.push(await outcome(TIMEOUT_MS, async () => void (await cleanup())));
    this.#record(path, test.name, started, errors.filter((error) => error !== undefined).join('\n') || undefined);
  }

  #record(path: readonly Suite[], name: string, started: number, error: string | undefined): void {
    const indent = '  '.repeat(path.length - 1);
    const ms = Date.now() - started;
    const fullName = fullNameOf(path, name);
    this.#tests.push(error === undefined ? { name: fullName, ms } : { name: fullName, ms, error });
    this.#print(`${indent}${error === undefined ? '✔' : '✖'} ${name} (${ms} ms)`);
    for (const line of error?.split('\n') ?? []) this.#print(`${indent}    ${line}`);
  }

  #wanted(what: Suite | Test, path: readonly Suite[]): boolean {
    if (fullNameOf(path, what.name).includes(this.#only)) return true;
    return isSuite(what) && what.children.some((child) => this.#wanted(child, [...path, what]));
  }
}

/** The text of what went wrong, if anything did. */
async function outcome(timeout: number, body: (signal: AbortSignal) => Promise<void>): Promise<string | undefined> {
  const late = Promise.withResolvers<never>();
  const abort = new AbortController();
  const timer = setTimeout(() => {
    abort.abort();
    late.reject(new Error(`not done after ${timeout} ms`));
  }, timeout);
  const onStray = (error: unknown) => {
    if (/\bextension(\.cjs|\/)/.test(describeError(error)))
      late.reject(new Error('unhandled rejection', { cause: error }));
  };
  process.on('unhandledRejection', onStray);
  try {
    await Promise.race([body(abort.signal), late.promise]);
    return undefined;
  } catch (error) {
    return describeError(error);
  } finally {
    clearTimeout(timer);
    process.off('unhandledRejection', onStray);
  }
}

function newSuite(name: string): Suite {
  return { name, children: [], hooks: { before: [], after: [], beforeEach: [], afterEach: [] } };
}

function isSuite(what: Suite | Test): what is Suite {
  return 'children' in what;
}

function fullNameOf(path: readonly Suite[], name: string): string {
  return [...path.map((suite) => suite.name), name].filter((part) => part !== '').join(' › ');
}
