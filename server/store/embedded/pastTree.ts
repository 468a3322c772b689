import type { Entry } from '../../protocol/entry.ts';
import { DIRECTORY } from '../../protocol/entry.ts';
import type { PastRow } from '../../protocol/messages/files.ts';
import type { WirePath } from '../../protocol/wirePath.ts';
import type { IndexEntry } from './indexEntries.ts';

/** Something was there, and nobody knows any more what. */
export const LOST = 'lost';
export type PastEntry = Entry | typeof LOST;

/**
 * A place of the tree as it was. `now`: where the index has it today, with everything in it, unless `children` says
 * otherwise; undefined: it is only here. `entry` undefined: what the index has there.
 */
interface Place {
  readonly entry: PastEntry | undefined;
  readonly now: WirePath | '' | undefined;
  /** Null: nothing is there. */
  readonly children: Map<string, Place | null>;
}

/** What the index holds today. */
export interface PresentTree {
  get(path: WirePath): Pick<IndexEntry, 'entry'> | null;
  children(parent: WirePath | ''): readonly Pick<IndexEntry, 'path' | 'entry'>[];
}

/**
 * The tree of a share as it was, made out of today's by taking back one change after the other, the latest first. Only what
 * differs from today takes memory; a folder that was moved is moved back without looking into it.
 */
export class PastTree {
  readonly #present: PresentTree;
  readonly #root: Place = { entry: DIRECTORY, now: '', children: new Map() };

  constructor(present: PresentTree) {
    this.#present = present;
  }

  /** A path held this, and of a folder nothing is known to have been in it. */
  set(path: WirePath, entry: PastEntry): void {
    this.#put(path, { entry, now: undefined, children: new Map() });
  }

  remove(path: WirePath): void {
    const [parent, name] = this.#parentOf(path);
    parent.children.set(name, null);
  }

  /** What is at `from` was at `to`. */
  move(from: WirePath, to: WirePath): void {
    const [parent, name] = this.#parentOf(from);
    const place = childOf(parent, name);
    parent.children.set(name, null);
    if (place) this.#put(to, place);
  }

  get(path: WirePath | undefined): PastEntry | null {
    const place = this.#find(path);
    return place && this.#entryOf(place);
  }

  /** Everything below a path, folders before what is in them, behind `after`. */
  *below(path: WirePath | undefined, after?: WirePath): Generator<PastRow> {
    const place = this.#find(path);
    const skip = after?.slice(path === undefined ? 0 : path.length + 1).split('/') ?? [];
    if (place) yield* this.#list(place, path === undefined ? '' : `${path}/`, skip);
  }

  /** `skip`: the names on the way to the last path that was told. */
  *#list(place: Place, prefix: string, [skipped, ...skip]: readonly string[]): Generator<PastRow> {
    for (const [name, child] of this.#childrenOf(place)) {
      if (skipped !== undefined && name < skipped) continue;
      const entry = this.#entryOf(child);
      if (entry === null) continue;
      const path = `${prefix}${name}`;
      if (name !== skipped) yield { path: path as WirePath, entry: entry === LOST ? null : entry };
      if (entry !== LOST && entry.kind === 'directory')
        yield* this.#list(child, `${path}/`, name === skipped ? skip : []);
    }
  }

  #childrenOf({ now, children }: Place): [string, Place][] {
    const found: [string, Place][] = [];
    for (const { path, entry } of now === undefined ? [] : this.#present.children(now)) {
      const name = path.slice(now === '' ? 0 : (now?.length ?? 0) + 1);
      if (!children.has(name)) found.push([name, { entry, now: path, children: new Map() }]);
    }
    for (const [name, child] of children) if (child) found.push([name, child]);
    return found.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Null when the index has nothing there and nothing was put in it. */
  #entryOf({ entry, now, children }: Place): PastEntry | null {
    if (entry !== undefined) return entry;
    const known = now === undefined || now === '' ? null : this.#present.get(now);
    if (known) return known.entry;
    return [...children.values()].some((child) => child !== null) ? DIRECTORY : null;
  }

  #find(path: WirePath | undefined): Place | null {
    let place: Place | null = this.#root;
    for (const name of path?.split('/') ?? []) place = place && childOf(place, name);
    return place;
  }

  #put(path: WirePath, place: Place): void {
    const [parent, name] = this.#parentOf(path);
    parent.children.set(name, place);
  }

  /** The folder on the way to a path, from now on with a place of its own. */
  #parentOf(path: WirePath): [Place, string] {
    const names = path.split('/');
    const last = names.pop() as string;
    let place = this.#root;
    for (const name of names) {
      const child = childOf(place, name) ?? { entry: DIRECTORY, now: undefined, children: new Map() };
      place.children.set(name, child);
      place = child;
    }
    return [place, last];
  }
}

function childOf({ now, children }: Place, name: string): Place | null {
  const child = children.get(name);
  if (child !== undefined) return child;
  if (now === undefined) return null;
  return { entry: undefined, now: (now === '' ? name : `${now}/${name}`) as WirePath, children: new Map() };
}
