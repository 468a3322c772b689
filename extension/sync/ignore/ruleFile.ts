import createIgnore, { type Ignore } from 'ignore';

export type Verdict = 'ignored' | 'included';

/** A rule that decided, for telling a person. */
export interface MatchedRule {
  /** Path of the ignore file. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** As it is written there. */
  readonly text: string;
}

/**
 * The rules of one ignore file. A verdict is about the path alone: whoever asks has found every folder above it included,
 * by whatever file, so a rule of this file that would exclude one of them has been overruled and does not count.
 */
export class RuleFile {
  readonly path: string;
  readonly text: string;
  readonly #folder: string;
  readonly #overruled = new Set<string>();
  #ignore: Ignore | undefined;
  #asked = 0;

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
    this.#folder = path.slice(0, path.lastIndexOf('/') + 1);
  }

  /** Undefined: no rule matches. */
  verdict(path: string, isDirectory: boolean): Verdict | undefined {
    const relative = path.slice(this.#folder.length) + (isDirectory ? '/' : '');
    let result = this.#rules().test(relative);
    while (result.ignored && this.#overruleAbove(relative)) result = this.#rules().test(relative);
    if (result.ignored) return 'ignored';
    return result.unignored ? 'included' : undefined;
  }

  /** The rule behind the verdict: the last line that matches by itself. */
  matchedRule(path: string, isDirectory: boolean): MatchedRule | undefined {
    const verdict = this.verdict(path, isDirectory);
    if (!verdict) return undefined;
    const lines = this.text.replace(/^\ufeff/, '').split(/\r?\n/);
    for (let index = lines.length - 1; index >= 0; index--) {
      const text = lines[index] ?? '';
      const isNegative = text.startsWith('!');
      if (isNegative !== (verdict === 'included')) continue;
      const alone = new RuleFile(this.path, isNegative ? text.slice(1) : text);
      if (alone.verdict(path, isDirectory)) return { file: this.path, line: index + 1, text: text.trim() };
    }
    return undefined;
  }

  #rules(): Ignore {
    if (!this.#ignore || this.#asked++ > MOST_REMEMBERED) {
      this.#asked = 0;
      this.#ignore = createIgnore({ ignorecase: false }).add(this.text);
      for (const folder of this.#overruled) this.#ignore.add(`!/${escape(folder)}`);
    }
    return this.#ignore;
  }

  /** Makes the rules forget the outermost folder above a path that they would exclude; false when they exclude none. */
  #overruleAbove(relative: string): boolean {
    for (
      let slash = relative.indexOf('/');
      slash >= 0 && slash < relative.length - 1;
      slash = relative.indexOf('/', slash + 1)
    ) {
      const folder = relative.slice(0, slash + 1);
      if (!this.#rules().test(folder).ignored) continue;
      if (this.#overruled.has(folder)) return false;
      this.#overruled.add(folder);
      this.#ignore = undefined;
      return true;
    }
    return false;
  }
}

/** `ignore` remembers every path it was asked about; now and then it is made anew so that this stays bounded. */
const MOST_REMEMBERED = 5000;

const escape = (path: string): string => path.replace(/[\\*?[\]!# ]/g, '\\$&');
