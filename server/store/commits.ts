import type { Operation, OperationResult } from '../protocol/messages/files.ts';
import type { Entry } from '../protocol/entry.ts';
import type { Cursor } from '../protocol/messages/values.ts';
import type { WirePath } from '../protocol/wirePath.ts';

/**
 * The only way to change a share. Operations are carried out in order, each only if the share still holds what it expects;
 * what an operation overwrites or deletes goes to history first, and if that fails, the operation is not done. One that
 * fails does not stop the others and leaves its paths as they were.
 *
 * Commits take effect one after the other. A commit that resolves is durable. One that rejects after it had begun (a broken
 * disk) may have changed some paths, each to its final content; a repetition finds them as wanted and answers `done`.
 */
export interface ShareCommits {
  /**
   * The same `id` again answers what it answered the first time, for at least seven days. An abort is obeyed only before
   * the first operation.
   */
  commit(commit: Commit, signal?: AbortSignal): Promise<CommitResult>;

  /** Puts a version back, as a commit of one operation. @throws `NotFound` when there is no such version. */
  restore(restore: Restore, signal?: AbortSignal): Promise<{ result: OperationResult; cursor: Cursor }>;
}

export interface Commit {
  readonly id: string;
  readonly operations: readonly Operation[];
  /** Name of the token, for history. */
  readonly by: string;
}

export interface CommitResult {
  /** One for each operation, in their order. */
  readonly results: OperationResult[];
  readonly cursor: Cursor;
}

export interface Restore {
  readonly path: WirePath;
  readonly rev: number;
  /** Where it was, by default. */
  readonly to?: WirePath | undefined;
  readonly expect: Entry | null;
  readonly by: string;
}
