import { readFileSync } from 'node:fs';

/** The documentation comments of a source file, for documents that quote them. Fit for the plain style of our contract. */
export class SourceComments {
  readonly #source: string;

  constructor(file: string) {
    this.#source = readFileSync(file, 'utf8');
  }

  /** The comment in front of a top-level constant; empty when there is none. */
  of(constant: string): string {
    const found = new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\n(?:export )?const ${constant}\\b`).exec(this.#source);
    return plain(found?.[1]);
  }

  /** The comment of a field within a top-level constant. */
  ofField(constant: string, field: string): string {
    const start = new RegExp(`^(?:export )?const ${constant}\\b`, 'm').exec(this.#source);
    if (!start) return '';
    const rest = this.#source.slice(start.index);
    const end = rest.search(/\n(?:\n|export |const )/);
    const found = new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\s*${field}\\b`).exec(end < 0 ? rest : rest.slice(0, end));
    return plain(found?.[1]);
  }

  /** Names of the exported constants, in order. */
  constants(): string[] {
    return [...this.#source.matchAll(/^export const (\w+)/gm)].map((match) => match[1] as string);
  }
}

const plain = (comment: string | undefined): string =>
  (comment ?? '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trim())
    .join(' ')
    .trim();
