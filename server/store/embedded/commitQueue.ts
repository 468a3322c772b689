import { SynclineError } from '../../protocol/errors.ts';
import type { Commit, CommitResult } from '../commits.ts';
import type { ShareEvent } from '../feed.ts';
import { commitGroup, type CommitParts } from './commitGroup.ts';
import type { Exclusive } from './exclusive.ts';

interface Waiting {
  readonly commit: Commit;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (answer: CommitResult) => void;
  readonly reject: (error: unknown) => void;
}

/** Operations that are carried out together at most; the others wait for the next round. */
const MAX_GROUP = 4096;

export interface CommitListener {
  /** Something has changed and is durable. */
  committed(event: ShareEvent): void;
  /** A group failed: disk and index may differ in the paths of its commits. */
  failed(commits: readonly Commit[], error: unknown): void;
}

/** Lets commits take effect one after the other; those that wait together share their syncs. */
export class CommitQueue {
  readonly #parts: CommitParts;
  readonly #exclusive: Exclusive;
  readonly #listener: CommitListener;
  readonly #waiting: Waiting[] = [];
  #underWay = 0;

  constructor(parts: CommitParts, exclusive: Exclusive, listener: CommitListener) {
    this.#parts = parts;
    this.#exclusive = exclusive;
    this.#listener = listener;
  }

  get size(): number {
    return this.#waiting.length + this.#underWay;
  }

  commit(commit: Commit, signal: AbortSignal | undefined): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ commit, signal, resolve, reject });
      // whoever comes first when it is our turn takes the others along
      this.#exclusive.run(() => this.#runGroup()).catch(reject);
    });
  }

  async #runGroup(): Promise<void> {
    const group = this.#takeGroup();
    if (group.length === 0) return;
    this.#underWay = group.length;
    const commits = group.map(({ commit }) => commit);
    try {
      const { answers, event, tidyUp } = await commitGroup(this.#parts, commits);
      if (event.changes.length > 0) this.#listener.committed(event);
      for (const [i, { resolve }] of group.entries()) resolve(answers[i] as CommitResult);
      this.#underWay = 0;
      await tidyUp();
    } catch (error) {
      this.#listener.failed(commits, error);
      for (const { reject } of group) reject(error);
    } finally {
      this.#underWay = 0;
    }
  }

  /** The next commits to do; those that were done before, or given up meanwhile, are answered here. */
  #takeGroup(): Waiting[] {
    const group: Waiting[] = [];
    const ids = new Set<string>();
    for (let size = 0; this.#waiting.length > 0; ) {
      const next = this.#waiting[0] as Waiting;
      const { id, operations } = next.commit;
      if ((group.length > 0 && size + operations.length > MAX_GROUP) || ids.has(id)) break;
      this.#waiting.shift();
      if (next.signal?.aborted) next.reject(new SynclineError('Cancelled'));
      else {
        const answer = this.#parts.records.find(id);
        if (answer) next.resolve(answer);
        else {
          group.push(next);
          ids.add(id);
          size += operations.length;
        }
      }
    }
    return group;
  }
}
