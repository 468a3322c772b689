import type { Operation, OperationResult } from '../../protocol/messages/files.ts';
import type { WirePath } from '../../protocol/wirePath.ts';
import { remove } from './deleteOperation.ts';
import { type OperationContext, problem } from './operationContext.ts';
import { Diverged, OperationFailure } from './operationFailure.ts';
import { makeDirectory, put } from './putOperation.ts';
import { rename } from './renameOperation.ts';

/** How often an operation is tried while another program keeps changing its path. */
const ATTEMPTS = 3;

/** Takes into the index what the disk holds at some paths. */
export type TakeIn = (paths: Iterable<WirePath>) => Promise<void>;

/** Carries out operations one by one within an open transaction. */
export class OperationRunner {
  readonly #context: OperationContext;
  readonly #takeIn: TakeIn;

  constructor(context: OperationContext, takeIn: TakeIn) {
    this.#context = context;
    this.#takeIn = takeIn;
  }

  /**
   * An operation that cannot be done is an answer. When the disk turns out to hold something else than the index says, that
   * is taken in first, and the operation is decided anew.
   * @throws only what ends the whole group: the index failed, or the share became unavailable
   */
  async run(operation: Operation, by: string): Promise<OperationResult> {
    const paths = pathsOf(operation);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        return await this.#counted(() => this.#perform(operation, by));
      } catch (error) {
        if (error instanceof OperationFailure) return error.result;
        if (!(error instanceof Diverged)) throw error;
      }
      await this.#takeIn(paths);
    }
    return problem(paths[0], 'Changed', 'Another program keeps changing it; nothing was overwritten.');
  }

  /** Says how many changes were made, where it was not one. */
  async #counted(perform: () => Promise<OperationResult>): Promise<OperationResult> {
    const { recorder } = this.#context;
    const before = recorder.pending;
    const result = await perform();
    const changes = recorder.pending - before;
    return result.status === 'done' && changes !== 1 ? { ...result, changes } : result;
  }

  async #perform(operation: Operation, by: string): Promise<OperationResult> {
    switch (operation.kind) {
      case 'put':
        return put(this.#context, operation, by);
      case 'makeDirectory':
        return makeDirectory(this.#context, operation);
      case 'delete':
        return remove(this.#context, operation, by);
      case 'rename':
        return rename(this.#context, operation, by);
    }
  }
}

/** What an operation is about, without the folders on the way. */
export function pathsOf(operation: Operation): [WirePath, ...WirePath[]] {
  return operation.kind === 'rename' ? [operation.from, operation.to] : [operation.path];
}
