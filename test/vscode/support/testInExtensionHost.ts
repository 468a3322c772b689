import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type ExtensionHostRun, runExtensionHost } from './runExtensionHost.ts';

/** Runs suite files in the extension host and reports each of their tests to node:test as a test of its own. */
export async function testInExtensionHost(t: TestContext, run: ExtensionHostRun): Promise<void> {
  const { tests, reason } = await runExtensionHost(run);
  for (const { name, ms, error } of tests) {
    await t.test(`${name} (${ms} ms)`, () => {
      if (error === undefined) return;
      const failure = new Error(error);
      failure.stack = error;
      throw failure;
    });
  }
  assert.equal(reason, undefined);
}
