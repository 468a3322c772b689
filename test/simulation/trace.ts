import { hashText } from './random.ts';

/** What happened, line by line, or (which is much cheaper) a fingerprint of it alone. */
export class Trace {
  readonly lines: string[] | null;
  #hash = hashText('');
  #count = 0;

  constructor(keepsLines: boolean) {
    this.lines = keepsLines ? [] : null;
  }

  add(line: string): void {
    this.#count++;
    this.#hash = hashText(line, this.#hash);
    this.lines?.push(line);
  }

  /** Two histories with the same fingerprint took the same course. */
  get fingerprint(): string {
    return `${this.#count}-${(this.#hash >>> 0).toString(16)}`;
  }
}
