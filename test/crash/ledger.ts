import { type ContentId, contentIdOf, EMPTY_CONTENT } from '../../server/protocol/contentId.ts';

/** What a path holds: a file's content, `-> target` of a link, null for nothing. */
export type Held = string | null;

/** A change that was asked for, by what each path holds when it is done. */
export interface Attempt {
  readonly id: string;
  readonly effects: ReadonlyMap<string, Held>;
}

interface Acknowledged {
  readonly held: Held;
  readonly rev: number;
}

/**
 * Knows what was ever written and what was acknowledged, and so what a share may hold after whatever has happened: of each path the
 * last state that was acknowledged, or that of an attempt whose answer nobody has heard.
 */
export class Ledger {
  /** Contents of every version that anybody has written. */
  readonly written = new Set<ContentId>([EMPTY_CONTENT]);
  /** Contents that a server has acknowledged, with the path they were written to. */
  readonly kept = new Map<ContentId, string>();
  readonly #acknowledged = new Map<string, Acknowledged>();
  readonly #open = new Map<string, Attempt>();
  acknowledgements = 0;

  write(bytes: Uint8Array): ContentId {
    const content = contentIdOf(bytes);
    this.written.add(content);
    return content;
  }

  begin(attempt: Attempt): void {
    this.#open.set(attempt.id, attempt);
  }

  /** The server said that it is done; `rev` orders answers for one path that come from several writers. */
  acknowledge(id: string, rev: number): void {
    const attempt = this.#open.get(id);
    if (!attempt) return;
    this.#open.delete(id);
    this.acknowledgements++;
    for (const [path, held] of attempt.effects) {
      if (held !== null && !held.startsWith('-> ')) this.kept.set(held as ContentId, path);
      if ((this.#acknowledged.get(path)?.rev ?? -1) < rev) this.#acknowledged.set(path, { held, rev });
    }
  }

  /** The server said that it was not done. */
  refuse(id: string): void {
    this.#open.delete(id);
  }

  /** The last that is known for sure of a path. */
  last(path: string): Held {
    return this.#acknowledged.get(path)?.held ?? null;
  }

  /** What a path may hold now. */
  allowed(path: string): Set<Held> {
    const allowed = new Set<Held>([this.last(path)]);
    for (const { effects } of this.#open.values()) {
      const held = effects.get(path);
      if (held !== undefined) allowed.add(held);
    }
    return allowed;
  }

  /** Every path that somebody was, or may have been, told about. */
  get paths(): Set<string> {
    const paths = new Set(this.#acknowledged.keys());
    for (const { effects } of this.#open.values()) for (const path of effects.keys()) paths.add(path);
    return paths;
  }
}
