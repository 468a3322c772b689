import { SynclineError } from '../../protocol/errors.ts';
import { type DirectoryWatch, watchDirectory } from '../../protocol/disk/watchDirectory.ts';
import type { WirePath } from '../../protocol/wirePath.ts';
import type { Log } from '../../log.ts';
import { Exclusive } from './exclusive.ts';
import { findSuspects, findSuspectsAt } from './findSuspects.ts';
import type { IndexEntries } from './indexEntries.ts';
import type { OwnChanges } from './ownChanges.ts';
import type { ShareProblems } from './shareProblems.ts';
import type { ShareRoot } from './shareRoot.ts';

export interface ScanOptions {
  /** How often everything is looked at, watched or not; longer when looking takes long. Milliseconds; default 60,000. */
  readonly rescanMs?: number | undefined;
  /** How often a folder that is unavailable is looked for. Milliseconds; default 1,000. */
  readonly retryMs?: number | undefined;
}

export interface ScanParts {
  readonly root: ShareRoot;
  /** Over the reading connection. */
  readonly entries: IndexEntries;
  readonly problems: ShareProblems;
  readonly log: Log;
  readonly own: OwnChanges;
  /** Resolves when the changes that are under way now are over: most of what is noticed is of the share's own making. */
  readonly settled: () => Promise<void>;
  /** Takes in what these paths hold, when it is their turn. Gives those that have to be looked at again. */
  readonly takeIn: (paths: readonly WirePath[], signal?: AbortSignal) => Promise<readonly WirePath[]>;
}

/** A scan may take this part of the time at most. */
const SCAN_SHARE = 20;
/** Where not every folder is watched, everything is looked at this often. */
const DEGRADED_MS = 10_000;
/** Nobody waits longer than this for what others keep changing, milliseconds. */
const CAUGHT_UP_MS = 10_000;
/** A file that someone was writing to is looked at again after this time, if nothing tells that it changed before. */
const UNSETTLED_MS = 300;

/**
 * Notices what other programs do in the share's folder: by watching it, and by looking at everything now and then. A folder
 * that has vanished makes the share unavailable until it is back; meanwhile nothing is taken in.
 */
export class ShareScans {
  readonly #parts: ScanParts;
  readonly #rescanMs: number;
  readonly #retryMs: number;
  readonly #turn = new Exclusive();
  #dirty = new Set<WirePath>();
  #everything = false;
  #draining = false;
  #watch: DirectoryWatch | undefined;
  #generation = 0;
  #degraded = false;
  #available = true;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: ScanParts, { rescanMs = 60_000, retryMs = 1_000 }: ScanOptions) {
    this.#parts = parts;
    this.#rescanMs = rescanMs;
    this.#retryMs = retryMs;
  }

  get available(): boolean {
    return this.#available;
  }

  /** Resolves when the index says what the folder holds, and every later change is going to be noticed. */
  async start(): Promise<void> {
    await this.rescan();
  }

  /** These paths may have changed, and what is below them. */
  mark(paths: Iterable<WirePath>): void {
    for (const path of paths) this.#dirty.add(path);
    this.#kick();
  }

  markEverything(): void {
    this.#everything = true;
    this.#kick();
  }

  /** Looks at everything and resolves when it is taken in. @throws SynclineError `ShareUnavailable`, `Cancelled` */
  rescan(signal?: AbortSignal): Promise<void> {
    return this.#turn.run(() => this.#attempt('everything', signal));
  }

  /** Resolves when what has been noticed is taken in, at once if nothing has; or else after some seconds. */
  async caughtUp(): Promise<void> {
    if (!this.#draining) return;
    const { promise: tooLong, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, CAUGHT_UP_MS);
    timer.unref();
    await Promise.race([this.#turn.idle(), tooLong]);
    clearTimeout(timer);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#endWatch();
    await this.#turn.idle();
  }

  #kick(): void {
    if (this.#draining || this.#closed || !this.#available) return;
    this.#draining = true;
    void this.#turn.run(() => this.#drain()).finally(() => (this.#draining = false));
  }

  async #drain(): Promise<void> {
    while ((this.#everything || this.#dirty.size > 0) && this.#available && !this.#closed) {
      const work = this.#everything ? ('everything' as const) : this.#dirty;
      this.#everything = false;
      this.#dirty = new Set();
      try {
        await this.#attempt(work);
      } catch (error) {
        this.#report(error);
        return;
      }
    }
  }

  async #attempt(work: ReadonlySet<WirePath> | 'everything', signal?: AbortSignal): Promise<void> {
    const begun = performance.now();
    try {
      this.#parts.root.check();
      const isNew = this.#watch === undefined || this.#generation !== this.#parts.root.generation;
      if (isNew) await this.#watchAnew();
      await this.#scan(isNew ? 'everything' : work, signal);
      this.#becomeAvailable();
    } catch (error) {
      if (error instanceof SynclineError && error.code === 'ShareUnavailable') this.#becomeUnavailable(error);
      throw error;
    } finally {
      this.#schedule(performance.now() - begun);
    }
  }

  async #scan(work: ReadonlySet<WirePath> | 'everything', signal: AbortSignal | undefined): Promise<void> {
    const { root, entries, problems } = this.#parts;
    let paths: readonly WirePath[];
    await this.#parts.settled();
    if (work === 'everything') {
      const suspects = await findSuspects(root, entries, undefined, signal);
      problems.replace(suspects.problems);
      paths = suspects.paths;
    } else paths = await findSuspectsAt(root, entries, work);
    const unsettled = paths.length > 0 ? await this.#parts.takeIn(paths, signal) : [];
    if (unsettled.length > 0) setTimeout(() => this.mark(unsettled), UNSETTLED_MS).unref();
  }

  async #watchAnew(): Promise<void> {
    const { root, log, own } = this.#parts;
    this.#endWatch();
    this.#generation = root.generation;
    this.#degraded = false;
    const watch = await watchDirectory(root.path, {
      skip: root.skip,
      onEvent: (paths) => {
        if (paths === 'everything') this.markEverything();
        else this.mark(paths as ReadonlySet<WirePath>);
      },
      isOwn: (path, stat) => own.take(path, stat),
      onDegraded: (error) => {
        this.#degraded = true;
        log.warn({ error }, 'Not every folder of the share can be watched');
      },
    });
    if (this.#closed) watch.close();
    else {
      this.#watch = watch;
      own.watchWith((path) => watch.watchNew(path));
    }
  }

  #endWatch(): void {
    this.#parts.own.watchWith(undefined);
    this.#watch?.close();
    this.#watch = undefined;
  }

  /** The next scan tries again; what makes the share unavailable has been told. */
  #report(error: unknown): void {
    if (this.#available && !this.#closed) this.#parts.log.warn({ error }, 'Changes in the share could not be taken in');
  }

  #becomeAvailable(): void {
    if (this.#available) return;
    this.#available = true;
    this.#parts.log.info({}, "The share's folder is back");
  }

  #becomeUnavailable(error: SynclineError): void {
    this.#endWatch();
    if (!this.#available) return;
    this.#available = false;
    this.#parts.log.error({ error }, "The share's folder is unavailable");
  }

  #schedule(lastMs: number): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    const everyMs = this.#degraded ? Math.min(this.#rescanMs, DEGRADED_MS) : this.#rescanMs;
    const delay = this.#available ? Math.max(everyMs, lastMs * SCAN_SHARE) : this.#retryMs;
    this.#timer = setTimeout(() => void this.rescan().catch((error: unknown) => this.#report(error)), delay);
    this.#timer.unref();
  }
}
