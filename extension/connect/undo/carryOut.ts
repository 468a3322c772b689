import type { Operation } from '../../../server/protocol/messages/files.ts';
import type { Problem } from '../../../server/protocol/problem.ts';
import type { RemoteFiles } from '../remoteFiles.ts';

export interface CarriedOut {
  readonly done: readonly Operation[];
  /** Of the last operation that was done; null when there was none. */
  readonly rev: number | null;
  /** Of the state before the first one that was done. */
  readonly before: number | null;
  readonly problems: readonly Problem[];
}

/** Operations that are committed together. */
const BATCH = 500;

/**
 * Commits operations in their order, so many at a time. What cannot be done, or has changed since it was planned, is a problem
 * of its path, and the rest goes on.
 *
 * @throws SynclineError when the connection or the server fails; what was answered until then is done
 */
export async function carryOut(
  files: Pick<RemoteFiles, 'commit'>,
  operations: readonly Operation[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<CarriedOut> {
  const done: Operation[] = [];
  const problems: Problem[] = [];
  let rev: number | null = null;
  let before: number | null = null;
  for (let at = 0; at < operations.length; at += BATCH) {
    options.signal?.throwIfAborted();
    const batch = operations.slice(at, at + BATCH);
    const results = await files.commit(batch, options);
    for (const [i, result] of results.entries()) {
      const operation = batch[i];
      if (result.status === 'done') {
        rev = result.rev;
        before ??= rev - 1;
        if (operation) done.push(operation);
      } else if (result.status === 'problem') {
        problems.push({ path: result.path, code: result.code, message: result.message });
      } else problems.push({ path: result.path, code: 'Changed', message: CHANGED });
    }
  }
  return { done, rev, before, problems };
}

const CHANGED = 'It has changed on the server meanwhile; nothing was overwritten.';
