import type { Point } from '../history.ts';
import type { IndexDatabase } from './indexDatabase.ts';
import { LostVersions } from './lostVersions.ts';

const KEY = 'history-begins';

/**
 * From where on the index can tell what the share held: the state after that revision is the earliest one known. It begins
 * when a folder has been taken in for the first time (or an older index was), and moves on as versions and changes are
 * forgotten from the old end.
 */
export class HistoryBegin {
  readonly #database: IndexDatabase;
  readonly #lost: LostVersions;

  constructor(database: IndexDatabase) {
    this.#database = database;
    this.#lost = new LostVersions(database.writer);
  }

  /** Null before the first start has looked at everything. */
  get(): Point | null {
    const text = this.#database.get(KEY);
    return text === undefined ? null : (JSON.parse(text) as Point);
  }

  /** Nothing before that can be told any more. Takes part in the transaction that is open. */
  moveTo(point: Point): void {
    const before = this.get();
    if (before && before.rev >= point.rev) return;
    this.#database.set(KEY, JSON.stringify({ rev: point.rev, at: Math.max(point.at, before?.at ?? 0) }));
    this.#lost.forgetUpTo(point.rev);
  }
}
