import type { SideDifference } from '../../sync/compareSides.ts';

/** Where the two sides of one target differ, made ready to be asked path by path. */
export class MarkTable {
  readonly #marks: ReadonlyMap<string, SideDifference>;
  readonly #above = new Set<string>();

  constructor(marks: ReadonlyMap<string, SideDifference> = new Map()) {
    this.#marks = marks;
    for (const path of marks.keys()) for (const folder of foldersOf(path)) this.#above.add(folder);
  }

  /** What lies in a folder that one side lacks is on the other side alone as well. */
  of(path: string): SideDifference | undefined {
    const own = this.#marks.get(path);
    if (own) return own;
    for (const folder of foldersOf(path)) {
      const above = this.#marks.get(folder);
      if (above) return above === 'different' ? undefined : above;
    }
    return undefined;
  }

  /** Whether something differs in a folder. */
  hasBelow(folder: string): boolean {
    return this.#above.has(folder);
  }

  /** Paths whose own mark is another one than before. */
  changedSince(before: MarkTable): string[] {
    const paths = new Set([...before.#marks.keys(), ...this.#marks.keys()]);
    return [...paths].filter((path) => before.#marks.get(path) !== this.#marks.get(path));
  }
}

/** `a/b/c` → `a/b`, `a`. */
function* foldersOf(path: string): Generator<string> {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) yield path.slice(0, end);
}
