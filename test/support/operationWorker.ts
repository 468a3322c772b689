import { parentPort } from 'node:worker_threads';
import * as v from 'valibot';
import { serveOperations } from '../../server/jobs/embedded/operationWorker.ts';
import type { ValueOperation } from '../../server/jobs/operation.ts';
import { OPERATIONS, OperationRegistry } from '../../server/jobs/operationRegistry.ts';

/** The operations of the server and some that behave badly, as a worker thread's entry for tests of pools and jobs. */
const operation = (name: string, run: ValueOperation['run']): ValueOperation => ({
  name,
  summary: `Does “${name}”.`,
  params: v.unknown(),
  result: v.unknown(),
  quick: () => false,
  run,
});

export const TEST_OPERATIONS = new OperationRegistry([
  ...OPERATIONS,
  operation('echo', (params) => params),
  operation('spin', (_params, report) => {
    for (let turns = 0; ; turns++) if (turns % 1_000_000 === 0) report(Math.min(0.9, turns / 1e9));
  }),
  operation('stall', () => {
    for (;;);
  }),
  operation('exit', () => process.exit(3)),
  operation('hoard', () => {
    const hoard: unknown[] = [];
    for (;;) hoard.push({ hoard: hoard.length });
  }),
  operation('overflow', () => 'x'.repeat(2 ** 29) + 'x'.repeat(2 ** 29)),
  operation('flood', () => 'x'.repeat(9 * 1024 * 1024)),
  operation('throw', () => {
    throw new Error('/secret/path/of/the/machine');
  }),
]);

if (parentPort) serveOperations(parentPort, TEST_OPERATIONS);
