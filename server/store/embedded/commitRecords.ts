import type { CommitResult } from '../commits.ts';
import type { Connection, Query } from './indexDatabase.ts';

/** Answers by the id of the commit, so that a repeated commit is answered and not done again. */
export class CommitRecords {
  readonly #get: Query<{ answer: string }>;
  readonly #put: Query<never>;
  readonly #forget: Query<never>;

  constructor(connection: Connection) {
    this.#get = connection.query('SELECT answer FROM commits WHERE id = ?');
    this.#put = connection.query('INSERT INTO commits (id, at, answer) VALUES (?, ?, ?)');
    this.#forget = connection.query('DELETE FROM commits WHERE at < ?');
  }

  find(id: string): CommitResult | null {
    const row = this.#get.get(id);
    return row ? (JSON.parse(row.answer) as CommitResult) : null;
  }

  /** To be called in the transaction of the commit itself. */
  remember(id: string, at: number, answer: CommitResult): void {
    this.#put.run(id, at, JSON.stringify(answer));
  }

  forgetBefore(at: number): void {
    this.#forget.run(at);
  }
}
