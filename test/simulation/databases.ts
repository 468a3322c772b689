import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { Random } from './random.ts';

/**
 * The databases of one machine. SQLite makes its own system calls, so they are real files in memory (a folder below
 * `/dev/shm`), and a crash leaves what SQLite promises: everything committed when a program dies; after a power cut what was
 * committed with `synchronous = FULL`, and of `base.db`, which is `NORMAL`, the transactions up to some earlier one.
 */
export class Databases {
  readonly #folder: string;
  #generation = 0;
  #open: DatabaseSync[] = [];

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(this.current, { recursive: true });
  }

  get current(): string {
    return `${this.#folder}/${this.#generation}`;
  }

  /** Where the file of that name really is. */
  place(name: string): string {
    return `${this.current}/${name}`;
  }

  opened(database: DatabaseSync): void {
    this.#open.push(database);
  }

  /** At this moment the program dies: what it does from now on changes nothing any more. */
  freeze(): void {
    const before = this.current;
    this.#generation++;
    mkdirSync(this.current);
    for (const name of readdirSync(before))
      if (/\.db(-wal)?$/.test(name) && name !== 'lock.db') copyFileSync(`${before}/${name}`, this.place(name));
  }

  powerCut(random: Random): void {
    const log = this.place('base.db-wal');
    const length = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
    if (length > 0) truncateSync(log, random.below(length + 1));
  }

  lose(name: string): void {
    for (const suffix of ['', '-wal']) rmSync(this.place(name + suffix), { force: true });
  }

  /** Lets go of what dead programs had open. */
  release(): void {
    for (const database of this.#open.splice(0)) {
      try {
        database.close();
      } catch {
        // closed by the program itself
      }
    }
  }
}
