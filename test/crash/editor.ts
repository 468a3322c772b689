import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pseudoRandom } from '../support/realTree.ts';
import type { Held, Ledger } from './ledger.ts';

const FILES = 6;
const LARGE = 1_500_000;

/** A person with an editor in a folder of their own: saves in place and by renaming, deletes, moves. Nobody else writes there. */
export class Editor {
  readonly #root: string;
  readonly #own: string;
  readonly #ledger: Ledger;
  readonly #holds = new Map<string, Held>();
  #round = 0;

  /** `own`: the folder below `root`. */
  constructor(root: string, own: string, ledger: Ledger) {
    this.#root = root;
    this.#own = own;
    this.#ledger = ledger;
  }

  /** A few edits of different kinds. */
  turn(): void {
    const round = ++this.#round;
    const text = (what: string | number): Buffer =>
      Buffer.from(`${this.#own} ${what} of round ${round}\n`.repeat(5 + (round % 5) * 30));
    for (let i = 0; i < 2; i++) {
      const name = `file${(round + i) % FILES}`;
      this.#write(name, text(name), i === 0);
    }
    this.#write(`made${round}/new`, text('new'), false);
    if (round % 4 === 0) this.#write('large', pseudoRandom(`${this.#own} ${round}`, LARGE), true);
    if (round < 3) return;
    this.#move(`made${round - 1}/new`, 'moved');
    this.#remove(`made${round - 2}`);
  }

  /** Paths of the editor's folder that do not hold what was written last. */
  astray(found: ReadonlyMap<string, Held>): string[] {
    const own = [...found.keys()].filter((path) => path.startsWith(`${this.#own}/`));
    return [...new Set([...this.#holds.keys(), ...own])].flatMap((path) => {
      const [held, wanted] = [found.get(path) ?? null, this.#holds.get(path) ?? null];
      return held === wanted ? [] : [`${path} holds ${held}, not ${wanted}`];
    });
  }

  /** In place the file is empty for a moment; by renaming it never is. */
  #write(name: string, bytes: Buffer, inPlace: boolean): void {
    const file = this.#at(name);
    mkdirSync(dirname(file), { recursive: true });
    this.#holds.set(this.#path(name), this.#ledger.write(bytes));
    if (inPlace) return writeFileSync(file, bytes);
    writeFileSync(`${file}.tmp`, bytes);
    renameSync(`${file}.tmp`, file);
  }

  #move(from: string, to: string): void {
    renameSync(this.#at(from), this.#at(to));
    this.#holds.set(this.#path(to), this.#holds.get(this.#path(from)) ?? null);
    this.#holds.set(this.#path(from), null);
  }

  #remove(name: string): void {
    rmSync(this.#at(name), { recursive: true, force: true });
    const path = this.#path(name);
    for (const each of this.#holds.keys())
      if (each === path || each.startsWith(`${path}/`)) this.#holds.set(each, null);
  }

  #path = (name: string): string => `${this.#own}/${name}`;
  #at = (name: string): string => join(this.#root, this.#own, name);
}
