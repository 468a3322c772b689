import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { ContentId } from '../../server/protocol/contentId.ts';

/** Reads the index of a share beside the server. */
export class StoredShare {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** Whether an earlier version of some path holds it. */
  isInHistory(content: ContentId): boolean {
    return this.#rows('SELECT 1 FROM history WHERE content = ? LIMIT 1', content).length > 0;
  }

  #rows(sql: string, ...values: string[]): unknown[] {
    if (!existsSync(this.#file)) return [];
    const database = new DatabaseSync(this.#file, { readOnly: true });
    try {
      return database.prepare(sql).all(...values);
    } catch {
      return []; // no schema yet
    } finally {
      database.close();
    }
  }
}
