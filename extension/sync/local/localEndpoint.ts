import type { ContentId } from '../../../server/protocol/contentId.ts';
import { type FileEntry, linkStaysInside } from '../../../server/protocol/entry.ts';
import { diskError } from '../../../server/protocol/disk/diskError.ts';
import { hashFile } from '../../../server/protocol/disk/hashFile.ts';
import { Jail } from '../../../server/protocol/disk/jail.ts';
import { isExecutable } from '../../../server/protocol/disk/statIdentity.ts';
import { openForSync, syncToDisk } from '../../../server/protocol/disk/syncToDisk.ts';
import { TimeSlice } from '../../../server/protocol/disk/timeSlice.ts';
import { watchDirectory } from '../../../server/protocol/disk/watchDirectory.ts';
import type { BulkSync } from '../../../server/protocol/disk/bulkSync.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import { printable, type WirePath } from '../../../server/protocol/wirePath.ts';
import type { Disposable, HeldContent } from '../../connect/serverClient.ts';
import {
  type ApplyOptions,
  type ContentSource,
  DONE,
  type Look,
  type Outcome,
  type Picture,
  type ScanRequest,
  STALE,
  type WantedContent,
} from '../endpoint.ts';
import { isAlwaysIgnored } from '../ignore/alwaysIgnored.ts';
import type { IgnoreRules } from '../ignore/ignoreRules.ts';
import type { LocalSide } from '../sides.ts';
import { applyOperation } from '../tree/applyOperation.ts';
import { nodeAt, placesOf } from '../tree/tree.ts';
import { LocalChanges, Stale } from './localChanges.ts';
import { isGone, LocalReader } from './localReader.ts';
import { LocalScanner } from './localScanner.ts';
import { LocalStaging } from './localStaging.ts';
import { lookAt, stillHolds } from './localState.ts';
import type { SafetyCopies } from './safetyCopies.ts';
import type { StatCache } from './statCache.ts';

export interface LocalEndpointOptions {
  /** Absolute. */
  readonly root: string;
  readonly stateDirectory: string;
  readonly cache: StatCache;
  readonly safety: SafetyCopies;
  readonly log: (event: string, data: object) => void;
  /** Makes syncing many files at once cheaper; left out: each is synced by itself. */
  readonly bulkSync?: BulkSync | undefined;
}

/**
 * A folder on this machine. The server is not trusted: nothing it sends makes anything happen outside the folder, and every
 * change looks once more at what is there, right before it.
 */
export class LocalEndpoint implements LocalSide {
  readonly #options: LocalEndpointOptions;
  readonly #scanner: LocalScanner;

  constructor(options: LocalEndpointOptions) {
    this.#options = options;
    this.#scanner = new LocalScanner(options.root, options.cache);
  }

  get rules(): IgnoreRules {
    return this.#scanner.rules;
  }

  get rootIdentity(): string | undefined {
    return this.#scanner.rootIdentity;
  }

  async scan(request: ScanRequest): Promise<Picture> {
    if (this.#options.safety.isUnsynced) await this.settleSafety();
    return this.#scanner.scan(request);
  }

  /**
   * Syncs safety copies that an earlier process has left, or an earlier round could not sync: nothing may take the place of what they
   * replaced for good before they are, and whatever else syncs the folder would make their originals' absence durable. Never rejects.
   */
  async settleSafety(): Promise<void> {
    const { safety, log } = this.#options;
    try {
      await safety.sync();
    } catch (error) {
      log('safetyNotSynced', { code: diskError(error, 'sync safety copies').code });
    }
  }

  read(): LocalReader {
    return new LocalReader(this.#options.root);
  }

  async lookAtFile(path: WirePath): Promise<FileEntry | null> {
    const { root, cache } = this.#options;
    let jail: Jail | undefined;
    try {
      jail = Jail.open(root);
      const found = lookAt(jail, path);
      if (found === null || found === 'other' || found.kind !== 'file') return null;
      const { content, size, identity, readAtNs } = await hashFile(jail.at(path), path);
      cache.remember(path, identity, content, readAtNs);
      const known = nodeAt(this.#scanner.tree, path);
      const keepsBit = process.platform === 'win32' && known?.kind === 'file';
      const entry = {
        kind: 'file',
        content,
        size,
        executable: keepsBit ? known.executable : isExecutable(identity),
      } as const;
      this.#scanner.edit((editor) => editor.set(path, entry));
      return entry;
    } catch (error) {
      const failure = diskError(error, `read “${printable(path)}”`, path);
      if (isGone(failure)) return null;
      throw failure;
    } finally {
      jail?.close();
    }
  }

  async watch(onChange: (hint: Look) => void): Promise<Disposable> {
    const watch = await watchDirectory(this.#options.root, {
      skip: (path, isDirectory) => this.#scanner.rules.isIgnored(path, isDirectory),
      onEvent: onChange,
      onDegraded: ({ code, message }) => this.#options.log('watchDegraded', { code, message }),
    });
    return { dispose: () => watch.close() };
  }

  async apply(operations: readonly Operation[], source: ContentSource, options: ApplyOptions): Promise<void> {
    if (operations.length === 0) return;
    const { root, stateDirectory, safety, bulkSync } = this.#options;
    const staging = LocalStaging.open(root, stateDirectory, bulkSync);
    const uses = contentUses(operations);
    try {
      await this.#stage(uses, staging, source, options);
      options.signal?.throwIfAborted();
      safety.begin();
      await this.#carryOut(operations, staging, options);
    } catch (error) {
      throw diskError(error, 'change the local folder');
    } finally {
      staging.close();
    }
  }

  async #stage(
    uses: ReadonlyMap<ContentId, Use>,
    staging: LocalStaging,
    source: ContentSource,
    options: ApplyOptions,
  ): Promise<void> {
    const wanted = [...uses.values()].filter(({ content }) => !staging.has(content));
    if (wanted.length === 0) return;
    const missing = await this.#copyKnown(wanted, staging);
    const parts: WantedContent[] = missing.map((use) => ({ ...use, from: staging.offsetOf(use) }));
    if (parts.length > 0) await this.#fetch(parts, staging, source, options);
    const slice = new TimeSlice();
    for (const { content, count } of wanted) {
      if (slice.spent) await slice.rest(options.signal);
      if (staging.has(content)) staging.copy(content, count - 1);
    }
    await staging.sync();
  }

  async #fetch(
    parts: readonly WantedContent[],
    staging: LocalStaging,
    source: ContentSource,
    options: ApplyOptions,
  ): Promise<void> {
    const reader = this.read();
    const replaced = new Map(parts.map(({ content, path, replaces }) => [content, replaces && { path, ...replaces }]));
    const held = (content: ContentId): HeldContent | undefined => {
      const old = replaced.get(content);
      return old && { size: old.size, range: (from, to) => reader.range(old, from, to) };
    };
    try {
      await source.send(parts, staging, { ...options, held });
    } finally {
      reader.close();
    }
  }

  /** What the folder holds elsewhere needs no transfer. Returns what is still missing. */
  async #copyKnown(wanted: readonly Use[], staging: LocalStaging): Promise<Use[]> {
    const places = placesOf(this.#scanner.tree, new Set(wanted.map(({ content }) => content)));
    if (places.size === 0) return [...wanted];
    const reader = this.read();
    try {
      const missing: Use[] = [];
      for (const use of wanted) {
        const path = places.get(use.content);
        const isHere = path && (await staging.copyIn(use.content, use.size, reader.open({ ...use, path }, 0)));
        if (!isHere) missing.push(use);
      }
      return missing;
    } finally {
      reader.close();
    }
  }

  async #carryOut(
    operations: readonly Operation[],
    staging: LocalStaging,
    { onOutcome, signal }: ApplyOptions,
  ): Promise<void> {
    const { root, bulkSync } = this.#options;
    const jail = this.#openJail();
    const changes = new LocalChanges(jail, staging, this.#options.safety);
    const slice = new TimeSlice();
    const done: Operation[] = [];
    try {
      for (const operation of operations) {
        if (slice.spent) await slice.rest(signal);
        const outcome = await this.#attempt(operation, jail, changes, staging);
        if (outcome.kind === 'done') done.push(operation);
        else onOutcome(operation, outcome);
      }
    } finally {
      this.#scanner.edit((editor) => {
        for (const operation of done) applyOperation(editor, operation);
      });
      // what was taken away must be safe before its absence is
      await this.#options.safety.sync();
      await syncFolders(changes.changedFolders, jail, bulkSync && (() => bulkSync.writeOut(root)));
      jail.close();
      for (const operation of done) onOutcome(operation, DONE);
    }
  }

  /** Of the folder that was looked at, and of no other that has taken its place. */
  #openJail(): Jail {
    const jail = Jail.open(this.#options.root);
    const { dev, ino } = jail.rootIdentity;
    const looked = this.#scanner.rootIdentity;
    if (looked === undefined || looked === `${dev}:${ino}`) return jail;
    jail.close();
    throw new SynclineError('RootUnavailable', 'The local folder was exchanged for another; nothing was changed.');
  }

  async #attempt(operation: Operation, jail: Jail, changes: LocalChanges, staging: LocalStaging): Promise<Outcome> {
    const path = operation.kind === 'rename' ? operation.to : operation.path;
    try {
      refuseHostile(operation);
      await this.#perform(operation, jail, changes, staging);
      return DONE;
    } catch (error) {
      if (error instanceof Stale) return STALE;
      const { code, message } = diskError(error, `${VERBS[operation.kind]} “${printable(path)}”`, path);
      if (code === 'DiskFull') throw error;
      if (code === 'NotFound' || code === 'NotADirectory') return STALE;
      this.#options.log('localProblem', { code, path });
      return { kind: 'problem', problem: { path, code, message } };
    }
  }

  async #perform(operation: Operation, jail: Jail, changes: LocalChanges, staging: LocalStaging): Promise<void> {
    if (operation.kind === 'makeDirectory') return changes.makeFolder(operation.path);
    const path = operation.kind === 'rename' ? operation.from : operation.path;
    if (operation.kind === 'put' && operation.entry.kind === 'file' && operation.expect === null) {
      // whatever is there keeps its place: a new name is never given to what stands in the way of it
      if (!staging.has(operation.entry.content)) throw new Stale();
      return changes.placeFile(path, staging.take(operation.entry.content), operation.entry, null);
    }
    const old = await stillHolds(jail, this.#options.cache, path, operation.expect);
    if (old === undefined) throw new Stale();
    if (operation.kind === 'put') {
      const { entry, expect } = operation;
      if (old?.kind === 'directory') throw new Stale();
      if (entry.kind === 'link') return changes.placeLink(path, entry, old);
      if (old && expect?.kind === 'file' && expect.content === entry.content)
        return changes.setExecutable(path, entry.executable, old);
      if (!staging.has(entry.content)) throw new Stale();
      return changes.placeFile(path, staging.take(entry.content), entry, old);
    }
    if (old === null) throw new Stale();
    if (operation.kind === 'rename') changes.move(path, operation.to, old);
    else if (old.kind === 'directory') changes.removeFolder(path);
    else changes.remove(path, old);
  }
}

/** A content that operations need, where the other side has it, and how many need it. */
interface Use extends WantedContent {
  count: number;
}

function contentUses(operations: readonly Operation[]): Map<ContentId, Use> {
  const uses = new Map<ContentId, Use>();
  for (const operation of operations) {
    if (operation.kind !== 'put' || operation.entry.kind !== 'file') continue;
    const { path, entry, expect } = operation;
    if (expect?.kind === 'file' && expect.content === entry.content) continue;
    const known = uses.get(entry.content);
    if (known) known.count++;
    else {
      const replaces = expect?.kind === 'file' ? expect : undefined;
      uses.set(entry.content, { path, content: entry.content, size: entry.size, replaces, count: 1 });
    }
  }
  return uses;
}

/** The plan never asks for these; they are refused once more where it counts. */
function refuseHostile(operation: Operation): void {
  const path = operation.kind === 'rename' ? operation.to : operation.path;
  if (path.split('/').some(isAlwaysIgnored)) throw new SynclineError('IllegalPath');
  const isLink = operation.kind === 'put' && operation.entry.kind === 'link';
  if (isLink && operation.entry.kind === 'link' && !linkStaysInside(path, operation.entry.target))
    throw new SynclineError('LinkOutside');
}

async function syncFolders(
  folders: ReadonlySet<string>,
  jail: Jail,
  writeOut: (() => Promise<void>) | undefined,
): Promise<void> {
  const existing = [...folders].filter((folder) => {
    try {
      jail.directory(folder);
      return true;
    } catch {
      return false; // removed by a later operation
    }
  });
  await syncToDisk(existing, (folder) => openForSync(`${jail.directory(folder)}/.`), writeOut);
}

const VERBS: Readonly<Record<Operation['kind'], string>> = {
  put: 'write',
  makeDirectory: 'make the folder',
  delete: 'delete',
  rename: 'rename to',
};
