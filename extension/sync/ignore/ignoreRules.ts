import { isAlwaysIgnored } from './alwaysIgnored.ts';
import { type MatchedRule, RuleFile, type Verdict } from './ruleFile.ts';

/** Ignore files, each valid for its folder and below; in case of doubt the later one is right. */
export const IGNORE_FILES = ['.gitignore', '.synclineignore'] as const;

/** Whether a change of this path changes what is ignored. */
export const isIgnoreFile = (path: string): boolean =>
  IGNORE_FILES.some((name) => path === name || path.endsWith(`/${name}`));

/** Why a path is synced or not. */
export interface IgnoreExplanation {
  readonly ignored: boolean;
  /** `always`: no rule can change it. Undefined: no rule matches. */
  readonly rule: MatchedRule | 'always' | undefined;
  /** The path that the rule matched: the one asked about, or a folder above it. */
  readonly path: string;
}

/**
 * The one decision about what is ignored, for scan, watch, save, the server's tree and the explanation alike. Semantics are
 * gitignore's: files in any folder, the deepest matching file decides, in it the last matching line, and nothing inside an
 * ignored folder can be included again. `.synclineignore` files are asked first, from the deepest up, so they can both ignore
 * what git keeps and include what git ignores, wherever the `.gitignore` is.
 *
 * `read` gives the text of an ignore file, undefined where there is none. An instance asks once for each and remembers;
 * after a change, make a new one.
 */
export class IgnoreRules {
  readonly #read: (path: string) => string | undefined;
  readonly #ignoredFolders = new Map<string, boolean>();
  readonly #chains = new Map<string, readonly RuleFile[]>();
  /** The folder that was asked about last; `isFree`: no ignore file has a say in it. */
  #last: { readonly folder: string; readonly isIgnored: boolean; readonly isFree: boolean } | undefined;

  constructor(read: (path: string) => string | undefined) {
    this.#read = read;
  }

  /** The ignore files that were read so far; after a complete look, all there are. */
  get files(): readonly { readonly path: string; readonly text: string }[] {
    return [...new Set([...this.#chains.values()].flat())];
  }

  isIgnored(path: string, isDirectory: boolean): boolean {
    const slash = path.lastIndexOf('/');
    const folder = slash < 0 ? '' : path.slice(0, slash);
    // whoever lists a folder asks about one path of it after the other
    if (this.#last?.folder !== folder) {
      const isIgnored = folder !== '' && this.#isIgnoredFolder(folder);
      this.#last = { folder, isIgnored, isFree: !isIgnored && this.#filesFor(folder).length === 0 };
    }
    if (this.#last.isIgnored) return true;
    if (isDirectory) return this.#isIgnoredFolder(path);
    return this.#last.isFree ? isAlwaysIgnored(path.slice(slash + 1)) : this.#isIgnoredItself(path, false);
  }

  explain(path: string, isDirectory: boolean): IgnoreExplanation {
    const names = path.split('/');
    for (let depth = 1; depth < names.length; depth++) {
      const folder = names.slice(0, depth).join('/');
      if (this.#isIgnoredFolder(folder)) return this.#explainItself(folder, true);
    }
    return this.#explainItself(path, isDirectory);
  }

  #isIgnoredFolder(path: string): boolean {
    const known = this.#ignoredFolders.get(path);
    if (known !== undefined) return known;
    const slash = path.lastIndexOf('/');
    const ignored = (slash >= 0 && this.#isIgnoredFolder(path.slice(0, slash))) || this.#isIgnoredItself(path, true);
    this.#ignoredFolders.set(path, ignored);
    return ignored;
  }

  #isIgnoredItself(path: string, isDirectory: boolean): boolean {
    if (isAlwaysIgnored(path.slice(path.lastIndexOf('/') + 1))) return true;
    return this.#decidingFile(path, isDirectory)?.verdict === 'ignored';
  }

  #explainItself(path: string, isDirectory: boolean): IgnoreExplanation {
    if (isAlwaysIgnored(path.slice(path.lastIndexOf('/') + 1))) return { ignored: true, rule: 'always', path };
    const deciding = this.#decidingFile(path, isDirectory);
    const rule = deciding?.file.matchedRule(path, isDirectory);
    return { ignored: deciding?.verdict === 'ignored', rule, path };
  }

  #decidingFile(path: string, isDirectory: boolean): { file: RuleFile; verdict: Verdict } | undefined {
    const slash = path.lastIndexOf('/');
    for (const file of this.#filesFor(slash < 0 ? '' : path.slice(0, slash))) {
      const verdict = file.verdict(path, isDirectory);
      if (verdict) return { file, verdict };
    }
    return undefined;
  }

  /** All files that have a say about what lies in a folder, the one that decides first. */
  #filesFor(folder: string): readonly RuleFile[] {
    const known = this.#chains.get(folder);
    if (known) return known;
    const slash = folder.lastIndexOf('/');
    const above = folder === '' ? [] : this.#filesFor(slash < 0 ? '' : folder.slice(0, slash));
    const own = IGNORE_FILES.map((name) => this.#load(folder === '' ? name : `${folder}/${name}`));
    const [git, syncline] = own;
    const isSyncline = (file: RuleFile): boolean => file.path.endsWith('.synclineignore');
    const chain =
      git || syncline
        ? [syncline, ...above.filter(isSyncline), git, ...above.filter((file) => !isSyncline(file))].filter(
            (file) => file !== undefined,
          )
        : above;
    this.#chains.set(folder, chain);
    return chain;
  }

  #load(path: string): RuleFile | undefined {
    const text = this.#read(path);
    return text === undefined ? undefined : new RuleFile(path, text);
  }
}
