import { randomUUID } from 'node:crypto';
import { sameEntry } from '../../protocol/entry.ts';
import { SynclineError } from '../../protocol/errors.ts';
import type * as files from '../../protocol/messages/files.ts';
import type { ListRow, OperationResult } from '../../protocol/messages/files.ts';
import type { ResultOf } from '../../protocol/messages/message.ts';
import type { Cursor } from '../../protocol/messages/values.ts';
import { printable, type WirePath } from '../../protocol/wirePath.ts';
import type { Commit, CommitResult, Restore } from '../commits.ts';
import type { ContentStore } from '../contents.ts';
import type { ChangesPage, ShareEvent } from '../feed.ts';
import type { HistoryPage, PastPage, Purge } from '../history.ts';
import type { Share, ShareStats, VerifyPage } from '../share.ts';
import type { AdoptionOptions } from './adoption.ts';
import { CommitQueue } from './commitQueue.ts';
import { DEFAULT_PAGE } from './embeddedFeed.ts';
import { historyPage } from './embeddedHistory.ts';
import { Exclusive } from './exclusive.ts';
import { pathsOf } from './operationRunner.ts';
import { Maintenance } from './maintenance.ts';
import { ShareScans } from './shareScans.ts';
import { type EmbeddedShareOptions, openParts, type ShareParts } from './shareParts.ts';
import { ShareStatistics } from './shareStatistics.ts';
import { takeIn } from './takeIn.ts';
import { verifyPage } from './verifyPage.ts';

export type { EmbeddedShareOptions } from './shareParts.ts';

/**
 * A share that is a plain directory, which other programs read and change as well. Beside the files, `.syncline/` holds the
 * index, the contents of history and what has been uploaded and not committed yet.
 *
 * Exactly one process serves a directory at a time. Within it, everything that changes files or index runs one after the
 * other; readers are never held up.
 */
export class EmbeddedShare implements Share {
  readonly name: string;
  readonly #parts: ShareParts;
  readonly #exclusive = new Exclusive();
  readonly #commits: CommitQueue;
  readonly #scans: ShareScans;
  readonly #maintenance: Maintenance;
  readonly #statistics: ShareStatistics;
  /** What a dead process, or a commit that failed, has done and not synced is on the disk. */
  #ownWork = { mayBeUnsynced: true };
  #closed = false;

  private constructor(options: EmbeddedShareOptions, parts: ShareParts) {
    this.name = options.name;
    this.#parts = parts;
    this.#commits = new CommitQueue(parts, this.#exclusive, {
      committed: (event) => this.#tell(event),
      failed: (commits, error) => this.#afterFailure(commits, error),
    });
    const { root, reader, problems, log, own } = parts;
    this.#scans = new ShareScans(
      {
        root,
        entries: reader.entries,
        problems,
        log,
        own,
        settled: () => this.#exclusive.idle(),
        takeIn: (paths, signal) => this.#takeIn(paths, { signal }),
      },
      options,
    );
    this.#maintenance = new Maintenance(parts, this.#exclusive);
    this.#statistics = new ShareStatistics(parts.database.reader, parts.clock);
  }

  /**
   * Resolves when the index says what the directory holds: a crash has been settled, and what others changed is taken in. A
   * directory that was never shared before is adopted with all its files.
   *
   * @throws SynclineError `ShareUnavailable`, `TargetBusy` when another process serves the directory, `AccessDenied`,
   * `DiskFull`, `StorageFailed`
   */
  static async open(options: EmbeddedShareOptions): Promise<EmbeddedShare> {
    const parts = await openParts(options);
    const share = new EmbeddedShare(options, parts);
    try {
      await share.#scans.start();
      await share.#exclusive.run(async () => share.#beginHistory());
    } catch (error) {
      await share.close();
      throw error;
    }
    share.#maintenance.start();
    return share;
  }

  get contents(): ContentStore {
    return this.#parts.contents;
  }

  cursor(): Cursor {
    this.#requireOpen();
    return this.#parts.feed.cursor();
  }

  async list(
    path: WirePath | undefined,
    after: WirePath | undefined,
    limit: number,
  ): Promise<{ entries: ListRow[]; more: boolean }> {
    return this.#parts.tree.list(path, after, limit);
  }

  async stat(path: WirePath): Promise<ListRow | null> {
    return this.#parts.tree.stat(path);
  }

  async changes(page: ChangesPage): Promise<ResultOf<typeof files.changes>> {
    // whoever has just put files here wants them in the picture
    if (page.snapshot === undefined) await this.#scans.caughtUp();
    return this.#parts.feed.changes(page);
  }

  onDidChange(listener: (event: ShareEvent) => void): Disposable {
    return this.#parts.feed.onDidChange(listener);
  }

  async commit(commit: Commit, signal?: AbortSignal): Promise<CommitResult> {
    this.#requireOpen();
    return this.#commits.commit(commit, signal);
  }

  async restore(
    { path, rev, to = path, expect, by }: Restore,
    signal?: AbortSignal,
  ): Promise<{ result: OperationResult; cursor: Cursor }> {
    const version = this.#parts.reader.history.get(path, rev);
    if (!version) {
      const data = { data: { path } };
      throw new SynclineError('NotFound', `“${printable(path)}” has no version ${rev} any more.`, data);
    }
    const operation = { kind: 'put' as const, path: to, entry: version.entry, expect };
    const { results, cursor } = await this.commit({ id: randomUUID(), operations: [operation], by }, signal);
    return { result: results[0] as OperationResult, cursor };
  }

  async history(page: HistoryPage): Promise<ResultOf<typeof files.history>> {
    return historyPage(this.#parts.reader.history, page);
  }

  past(page: PastPage, signal?: AbortSignal): Promise<ResultOf<typeof files.past>> {
    return this.#parts.past.page(page, signal);
  }

  purge(versions: Purge): Promise<{ versions: number }> {
    return this.#maintenance.purge(versions);
  }

  async verify(
    { dir, after, limit = DEFAULT_PAGE }: VerifyPage,
    signal?: AbortSignal,
  ): Promise<ResultOf<typeof files.verify>> {
    const { root, reader } = this.#parts;
    const page = reader.entries.below(dir, after, limit);
    const first = after === undefined ? [dir ?? ('' as const)] : [];
    const { checked, suspects, hashed } = await verifyPage(root, reader.entries, page, first, signal);
    const drift = suspects.size === 0 ? [] : await this.#settle([...suspects].sort(), { hashed, signal });
    return { checked, drift, after: page.length < limit ? null : (page.at(-1)?.path ?? null) };
  }

  rescan(signal?: AbortSignal): Promise<void> {
    this.#requireOpen();
    return this.#scans.rescan(signal);
  }

  /** Does now what otherwise happens from time to time: retention, and removing what nothing refers to. */
  maintain(): Promise<void> {
    this.#requireOpen();
    return this.#maintenance.run();
  }

  stats(): ShareStats {
    this.#requireOpen();
    const { staging, problems } = this.#parts;
    return {
      ...this.#statistics.read(),
      available: this.#scans.available,
      staged: staging.count,
      commits: this.#commits.size,
      problems: problems.size,
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#maintenance.close();
    await this.#scans.close();
    await this.#exclusive.idle();
    this.#parts.contents.close();
    this.#parts.database.close();
  }

  #takeIn(paths: readonly WirePath[], options: AdoptionOptions): Promise<readonly WirePath[]> {
    return this.#exclusive.run(async () => {
      const work = this.#ownWork;
      const unsettled = await takeIn(this.#parts, paths, { ...options, ...work }, (event) => this.#tell(event));
      if (work === this.#ownWork) this.#ownWork = { mayBeUnsynced: false };
      return unsettled;
    });
  }

  /** Takes in what suspects hold, and tells which of them did differ. */
  #settle(paths: readonly WirePath[], options: AdoptionOptions): Promise<ResultOf<typeof files.verify>['drift']> {
    const entryAt = (path: WirePath) => this.#parts.recorder.entries.get(path)?.entry ?? null;
    return this.#exclusive.run(async () => {
      const before = paths.map(entryAt);
      await takeIn(this.#parts, paths, options, (event) => this.#tell(event));
      return paths
        .map((path, i) => ({ path, indexed: before[i] ?? null, found: entryAt(path) }))
        .filter(({ indexed, found }) => !sameEntry(indexed, found));
    });
  }

  /** Of a folder that was never shared before nothing is known from before it was looked at, nor of an older index. */
  #beginHistory(): void {
    const { database, historyBegin, clock } = this.#parts;
    if (historyBegin.get() !== null) return;
    database.begin();
    historyBegin.moveTo({ rev: this.cursor().rev, at: clock() });
    database.commit();
  }

  #tell(event: ShareEvent): void {
    this.#parts.feed.tell(event);
    this.#maintenance.afterChange();
  }

  #afterFailure(commits: readonly Commit[], error: unknown): void {
    this.#ownWork = { mayBeUnsynced: true };
    this.#parts.log.error({ error, commits: commits.map(({ id }) => id) }, 'A commit failed');
    const made = this.#parts.own.groupEnded(true);
    this.#scans.mark([...made, ...commits.flatMap(({ operations }) => operations.flatMap(pathsOf))]);
  }

  #requireOpen(): void {
    if (this.#closed) throw new SynclineError('ServerStopping');
  }
}
