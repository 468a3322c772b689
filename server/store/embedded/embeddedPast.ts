import { EMPTY_CONTENT } from '../../protocol/contentId.ts';
import type { Entry } from '../../protocol/entry.ts';
import { SynclineError } from '../../protocol/errors.ts';
import type * as files from '../../protocol/messages/files.ts';
import type { PastRow } from '../../protocol/messages/files.ts';
import type { ResultOf } from '../../protocol/messages/message.ts';
import { TimeSlice } from '../../protocol/disk/timeSlice.ts';
import { isWithin, movePath, type WirePath } from '../../protocol/wirePath.ts';
import type { Moment, PastPage, Point } from '../history.ts';
import type { ChangeLog, LoggedChange } from './changeLog.ts';
import type { ContentSources } from './contentSources.ts';
import { DEFAULT_PAGE } from './embeddedFeed.ts';
import type { HistoryBegin } from './historyBegin.ts';
import type { HistoryTable } from './historyTable.ts';
import type { IndexEntries } from './indexEntries.ts';
import type { LostVersions } from './lostVersions.ts';
import { revisionAt, timeOf } from './momentRevision.ts';
import { LOST, type PastEntry, PastTree } from './pastTree.ts';

type Answer = ResultOf<typeof files.past>;

/** All over the reading connection. */
export interface PastParts {
  readonly entries: IndexEntries;
  readonly log: ChangeLog;
  readonly history: HistoryTable;
  readonly lost: LostVersions;
  /** Whether the share holds a content at any path or in history. */
  readonly contents: Pick<ContentSources, 'has'>;
  readonly begin: HistoryBegin;
  readonly clock: () => number;
}

/** A state that was worked out, for who reads it page by page. Good as long as the share stays at `last`. */
interface Listing {
  readonly last: number;
  readonly found: PastEntry | null;
  /** What comes behind `after`. */
  readonly rows: Iterator<PastRow, undefined>;
  readonly after: WirePath | undefined;
}

/** Changes are taken back in pieces of so many. */
const PIECE = 1000;
/** Listings in progress that are remembered, and for how long; who comes later waits until it is worked out again. */
const LISTINGS = 4;
const FORGET_MS = 30_000;
/** How often a share is given the chance to stand still for the time it takes, before everything else waits. */
const ATTEMPTS = 3;

/**
 * Tells what a share held at an earlier moment: today's tree with the changes since then taken back, each by what the log says
 * of it and what the history kept of what it replaced.
 */
export class EmbeddedPast {
  readonly #parts: PastParts;
  readonly #listings = new Map<string, Listing>();
  #forgetting: NodeJS.Timeout | undefined;

  constructor(parts: PastParts) {
    this.#parts = parts;
  }

  async page({ path, at, after, limit = DEFAULT_PAGE }: PastPage, signal?: AbortSignal): Promise<Answer> {
    const point = this.#resolve(at);
    const key = `${point.rev} ${path ?? ''}`;
    const known = this.#listings.get(key);
    const isNext = known && known.last === this.#last && known.after === after;
    const { rows, found, last } = isNext ? known : await this.#workOut(path, point.rev, after, signal);
    const entries: PastRow[] = [];
    while (entries.length < limit) {
      const row = rows.next();
      if (row.done) break;
      entries.push(row.value);
    }
    const more = entries.length === limit;
    this.#listings.delete(key);
    if (more) this.#remember(key, { last, found, rows, after: entries.at(-1)?.path });
    const held = found === null ? null : { entry: found === LOST ? null : found };
    return { rev: point.rev, at: point.at, found: held, entries, more };
  }

  /** @throws SynclineError `HistoryEnds`, `RevisionNotReached` */
  #resolve(moment: Moment): { rev: number; at: number | null } {
    const { log, begin, clock } = this.#parts;
    const first = begin.get() ?? { rev: 0, at: 0 };
    const rev = revisionAt(log, moment, clock());
    const isBefore = 'rev' in moment ? rev < first.rev : timeOf(moment, clock()) < first.at;
    if (isBefore) throw historyEnds(first);
    if (rev > this.#last)
      throw new SynclineError('RevisionNotReached', `The share is at revision ${this.#last}; ${rev} is still to come.`);
    // a clock that was set back
    const known = Math.max(rev, first.rev);
    return { rev: known, at: known === first.rev ? first.at : log.timeOf(known) };
  }

  get #last(): number {
    return this.#parts.log.bounds().last;
  }

  /** The share may change meanwhile: then it is done again, at last without letting anybody else have a turn. */
  async #workOut(
    path: WirePath | undefined,
    rev: number,
    after: WirePath | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Listing> {
    for (let attempt = 1; ; attempt++) {
      const last = this.#last;
      const slice = attempt < ATTEMPTS ? new TimeSlice() : undefined;
      const tree = await this.#treeAt(path, rev, last, slice, signal);
      if (this.#last === last) return { last, found: tree.get(path), rows: tree.below(path, after), after };
    }
  }

  async #treeAt(
    path: WirePath | undefined,
    rev: number,
    last: number,
    slice: TimeSlice | undefined,
    signal: AbortSignal | undefined,
  ): Promise<PastTree> {
    const { entries, log } = this.#parts;
    const tree = new PastTree(entries);
    const concerns = path === undefined ? () => true : concernsAny(placesOf(path, log.moves(rev, last)));
    for (let at = last; at > rev; ) {
      if (slice?.spent) await slice.rest(signal);
      const piece = log.back(rev, at, PIECE);
      for (const logged of piece) if (concerns(logged)) this.#takeBack(tree, logged);
      const first = piece.at(-1);
      if (!first) break;
      at = first.change.rev - 1;
    }
    return tree;
  }

  #takeBack(tree: PastTree, { change, modeOnly }: LoggedChange): void {
    const { rev } = change;
    if (change.kind === 'rename') {
      tree.move(change.to, change.from);
      return this.#bringBack(tree, change.to, rev);
    }
    tree.remove(change.path);
    if (change.kind === 'put' && modeOnly && change.entry.kind === 'file')
      return tree.set(change.path, { ...change.entry, executable: !change.entry.executable });
    this.#bringBack(tree, change.path, rev);
  }

  /** What a change replaced or deleted. */
  #bringBack(tree: PastTree, path: WirePath, rev: number): void {
    const { history, lost } = this.#parts;
    for (const version of history.endedAt(rev, path)) tree.set(version.path, version.entry);
    for (const { path: at, entry } of lost.endedAt(rev, path)) tree.set(at, this.#isHeld(entry) ? entry : LOST);
  }

  #isHeld(entry: Entry | null): entry is Entry {
    return entry?.kind === 'file' && (entry.content === EMPTY_CONTENT || this.#parts.contents.has(entry.content));
  }

  #remember(key: string, listing: Listing): void {
    this.#listings.set(key, listing);
    const [oldest] = this.#listings.keys();
    if (this.#listings.size > LISTINGS && oldest !== undefined) this.#listings.delete(oldest);
    clearTimeout(this.#forgetting);
    this.#forgetting = setTimeout(() => this.#listings.clear(), FORGET_MS).unref();
  }
}

/** Where what was at a path then, or came out of it, has been since. */
function placesOf(path: WirePath, moves: readonly { readonly from: WirePath; readonly to: WirePath }[]): WirePath[] {
  const places = [path];
  for (const { from, to } of moves) {
    for (const place of [...places]) {
      if (isWithin(place, from)) places.push(movePath(place, from, to));
      else if (isWithin(from, place)) places.push(to);
    }
  }
  return [...new Set(places)];
}

function concernsAny(places: readonly WirePath[]): (logged: LoggedChange) => boolean {
  const isNear = (path: WirePath): boolean => places.some((each) => isWithin(path, each) || isWithin(each, path));
  return ({ change }) => (change.kind === 'rename' ? isNear(change.from) || isNear(change.to) : isNear(change.path));
}

function historyEnds({ rev, at }: Point): SynclineError {
  const since = new Date(at).toISOString();
  return new SynclineError('HistoryEnds', `The history of the share begins at ${since}, with revision ${rev}.`);
}
