import { run } from 'node:test';
import { join } from 'node:path';
import { isErrorName } from '../../server/protocol/errors.ts';
import type { GuardTest } from './guards.ts';

export interface Failure {
  readonly title: string;
  /** An expectation that did not hold, or that the product refused with a code what the test expects to be done; a test that did not end; or anything else, such as a source that does not load. */
  readonly kind: 'expectation' | 'limit' | 'other';
  readonly message: string;
}

interface Event {
  readonly type: string;
  readonly data: {
    readonly name: string;
    readonly details?: {
      readonly type?: string;
      readonly error?: Error & { readonly failureType?: string; readonly cause?: unknown };
    };
  };
}

/** Runs one test in a process of its own. A test with several parts that has failed is told by its parts. */
export async function runTests(
  folder: string,
  { file, title }: GuardTest,
  limitMs: number,
): Promise<{ passed: number; failures: readonly Failure[] }> {
  const pattern = title.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  const stop = AbortSignal.timeout(limitMs * 2);
  const events = run({
    cwd: folder,
    files: [join(folder, file)],
    testNamePatterns: [pattern],
    timeout: limitMs,
    signal: stop,
    // what hangs must not keep the process
    forceExit: false,
  });
  const failures: Failure[] = [];
  let passed = 0;
  for await (const { type, data } of events as AsyncIterable<Event>) {
    if (type === 'test:pass' && data.details?.type !== 'suite' && data.name.includes(title)) passed++;
    const error = type === 'test:fail' ? data.details?.error : undefined;
    if (error && error.failureType !== 'subtestsFailed') failures.push({ title: data.name, ...judge(error) });
  }
  return { passed, failures };
}

function judge(error: Error & { readonly failureType?: string; readonly cause?: unknown }): Omit<Failure, 'title'> {
  const cause = error.cause instanceof Error ? error.cause : error;
  const message = cause.message.split('\n', 1)[0] ?? '';
  if (
    error.failureType === 'testTimeoutFailure' ||
    error.failureType === 'testAborted' ||
    error.failureType === 'cancelledByParent'
  )
    return { kind: 'limit', message };
  const isAssertion = 'code' in cause && cause.code === 'ERR_ASSERTION';
  const isRefusal = 'code' in cause && isErrorName(cause.code) && cause.code !== 'Internal';
  const isProperty = message.startsWith('Property failed after');
  return { kind: isAssertion || isRefusal || isProperty ? 'expectation' : 'other', message };
}
