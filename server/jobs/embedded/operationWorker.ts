import type { MessagePort } from 'node:worker_threads';
import { type ErrorDetail, type ErrorName, SynclineError } from '../../protocol/errors.ts';
import { MAX_MESSAGE_BYTES } from '../../protocol/limits.ts';
import type { OperationRegistry } from '../operationRegistry.ts';
import { sortNumbers } from '../operations/sortNumbers.ts';
import type { NumberWork, Work } from '../operationRunner.ts';

/** What a worker thread tells its pool. Exactly one `result` or `error` answers each {@link Work} that it is sent. */
export type WorkerMessage =
  | { readonly kind: 'progress'; readonly fraction: number }
  | { readonly kind: 'result'; readonly text: string }
  | { readonly kind: 'error'; readonly code: ErrorName; readonly message: string; readonly data: ErrorDetail };

/** Marks a worker thread of this program as one that serves operations. */
export const OPERATION_ROLE = 'operation';

/** A result has to fit into one message, with a little around it. */
const MAX_RESULT_BYTES = MAX_MESSAGE_BYTES - 64 * 1024;
const PROGRESS_EVERY_MS = 50;

/** The body of a worker thread: runs one operation after the other. */
export function serveOperations(port: MessagePort, registry: OperationRegistry): void {
  const post = (message: WorkerMessage): void => port.postMessage(message);
  port.on('message', (work: Work | NumberWork) => {
    try {
      if ('numbers' in work) {
        sortNumbers(new Float64Array(work.numbers), work.descending);
        return post({ kind: 'result', text: 'null' });
      }
      const { operation, params, files } = work;
      const text = registry.run(
        operation,
        params,
        throttled((fraction) => post({ kind: 'progress', fraction })),
        files,
      );
      if (Buffer.byteLength(text) > MAX_RESULT_BYTES) throw tooLarge();
      post({ kind: 'result', text });
    } catch (error) {
      const { code, message, data } = asCoded(error);
      post({ kind: 'error', code, message, data });
    }
  });
}

function throttled(report: (fraction: number) => void): (fraction: number) => void {
  let last = performance.now();
  return (fraction) => {
    const now = performance.now();
    if (now - last < PROGRESS_EVERY_MS) return;
    last = now;
    report(fraction);
  };
}

function tooLarge(): SynclineError {
  return new SynclineError('LimitExceeded', `The result is larger than ${MAX_RESULT_BYTES} bytes.`);
}

/** The engine throws RangeError for numbers, texts and lists beyond what it can hold. */
function asCoded(error: unknown): SynclineError {
  if (error instanceof RangeError) return new SynclineError('LimitExceeded', undefined, { cause: error });
  return error instanceof SynclineError ? error : new SynclineError('JobFailed', undefined, { cause: error });
}
