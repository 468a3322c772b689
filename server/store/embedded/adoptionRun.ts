import { type BigIntStats, lstatSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { errnoOf, isMissing } from '../../protocol/disk/diskError.ts';
import { type HashedFile, hashFiles } from '../../protocol/disk/hashFile.ts';
import type { Jail } from '../../protocol/disk/jail.ts';
import { encodeIdentity, isExecutable, msUntilOld, sameIdentity } from '../../protocol/disk/statIdentity.ts';
import { TimeSlice } from '../../protocol/disk/timeSlice.ts';
import { lookAtPath, type WalkedChild, walkDirectory } from '../../protocol/disk/walkDirectory.ts';
import { DIRECTORY, type Entry, sameEntry } from '../../protocol/entry.ts';
import { SynclineError } from '../../protocol/errors.ts';
import { isWithin, nameOf, parentOf, type WirePath } from '../../protocol/wirePath.ts';
import type { AdoptionOptions, AdoptionParts } from './adoption.ts';
import type { Found } from './changeRecorder.ts';
import { compareFolder } from './compareFolder.ts';
import type { IndexEntry } from './indexEntries.ts';
import { folderInode, knownIdentity, modifiedAt, provesSame } from './knownIdentity.ts';

/** So many files are hashed before what was found is taken in. */
const HASH_BATCH = 512;
const PAGE = 1000;
/** So often a file is read that somebody else keeps writing to, and that is going to be replaced. */
const READINGS = 3;
/** So many changes may wait in memory for their commit. */
const CHECKPOINT = 10_000;
/** Windows keeps no executable bit: there it stays what a client said. */
const HAS_MODES = process.platform !== 'win32';

/** One pass of {@link Adoption}. Deletions wait until its end, because what is missing here may turn up there. */
export class AdoptionRun {
  /** Files that someone was writing to. */
  readonly unsettled: WirePath[] = [];
  readonly #parts: AdoptionParts;
  readonly #options: AdoptionOptions;
  readonly #jail: Jail;
  readonly #slice = new TimeSlice();
  readonly #missing = new Set<WirePath>();
  #toHash: WalkedChild[] = [];

  constructor(parts: AdoptionParts, options: AdoptionOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#jail = parts.root.jail();
  }

  close(): void {
    this.#jail.close();
  }

  async look(asked: WirePath): Promise<void> {
    const { recorder, problems } = this.#parts;
    const path = this.#highestUnknown(asked);
    let found: ReturnType<typeof lookAtPath>;
    try {
      found = lookAtPath(this.#jail, path);
    } catch (error) {
      const parent = parentOf(path);
      if (!isMissing(error) || parent === undefined) throw error;
      return this.look(parent);
    }
    problems.forget(path);
    if (found === null) {
      if (recorder.entries.get(path)) this.#missing.add(path);
    } else if ('code' in found) problems.add(found);
    else if (this.#collides(found)) problems.add(collision(found));
    else {
      await this.#take(found);
      if (found.kind === 'directory') await this.#walk(path);
    }
  }

  /** @throws SynclineError `ShareUnavailable`: a folder that has just vanished must not count as deletions. */
  async finish(): Promise<void> {
    await this.#hash();
    this.#parts.root.check();
    for (const path of [...this.#missing].sort()) {
      if (this.#stat(path) === null && this.#parts.recorder.entries.get(path)) await this.#remove(path);
    }
  }

  /** What is in a folder that the index does not know is found by looking at the folder. */
  #highestUnknown(path: WirePath): WirePath {
    const parent = parentOf(path);
    if (parent === undefined) return path;
    const highest = this.#highestUnknown(parent);
    if (highest !== parent) return highest;
    return this.#parts.recorder.entries.get(parent)?.entry.kind === 'directory' ? path : parent;
  }

  async #walk(from: WirePath): Promise<void> {
    const { root, recorder, problems } = this.#parts;
    // what lies in a folder that was left out is left out
    const enter = (path: WirePath): boolean => recorder.entries.get(path)?.entry.kind === 'directory';
    const { signal } = this.#options;
    const options = { rootError: 'ShareUnavailable' as const, from, skip: root.skip, enter, signal };
    for await (const walked of walkDirectory(root.path, options)) {
      const known = walked.path === '' ? [] : recorder.entries.children(walked.path);
      const { suspects, missing, problems: found } = compareFolder(known, walked);
      for (const problem of found) problems.add(problem);
      for (const { path } of missing) this.#missing.add(path);
      for (const child of suspects) await this.#take(child);
    }
  }

  async #take(child: WalkedChild): Promise<void> {
    const { recorder } = this.#parts;
    const known = recorder.entries.get(child.path);
    if (child.kind === 'file') {
      const hashed = this.#options.hashed?.get(child.path);
      if (hashed && sameIdentity(hashed.identity, child.identity)) return this.#takeFile(child.path, hashed);
      if (!hashed && known?.entry.kind === 'file' && provesSame(known.identity, child.identity)) return;
      this.#toHash.push(child);
      if (this.#toHash.length >= HASH_BATCH) await this.#hash();
    } else if (child.kind === 'link') {
      const entry = { kind: 'link' as const, target: child.target ?? '' };
      await this.#settle(known, child.path, {
        entry,
        identity: encodeIdentity(child.identity),
        modifiedAt: modifiedAt(child.identity),
        inode: null,
      });
    } else if (known?.entry.kind !== 'directory') await this.#takeFolder(known, child);
  }

  /** A folder that another program has moved is recognised by its inode, so that everything in it counts as moved. */
  async #takeFolder(known: IndexEntry | null, { path, identity }: WalkedChild): Promise<void> {
    const { recorder, durableFolders } = this.#parts;
    durableFolders.forget(path);
    const stat = this.#stat(path);
    if (!stat?.isDirectory()) return;
    const inode = folderInode(stat);
    if (!known) {
      await this.#makeRoom(path);
      const source = recorder.entries
        .foldersWithInode(inode)
        .find((other) => !isWithin(path, other) && this.#stat(other) === null);
      const moved = source && recorder.entries.get(source);
      if (moved) {
        recorder.rename(moved, path, encodeIdentity(identity));
        return;
      }
    }
    const found = { entry: DIRECTORY, identity: encodeIdentity(identity), modifiedAt: modifiedAt(identity), inode };
    await this.#settle(known, path, found);
  }

  async #hash(): Promise<void> {
    const { problems } = this.#parts;
    const batch = this.#toHash;
    if (batch.length === 0) return;
    this.#toHash = [];
    const paths = batch.map(({ path }) => path);
    const results = await this.#read(paths);
    for (const [i, result] of results.entries()) {
      const path = paths[i] as WirePath;
      if (!(result instanceof SynclineError)) await this.#takeFile(path, result);
      else if (result.code === 'NotFound') this.#missing.add(path);
      else if (['Changed', 'NotADirectory', 'NotAFile'].includes(result.code)) this.unsettled.push(path);
      else problems.add({ path, code: result.code, message: result.message });
    }
  }

  async #read(paths: readonly WirePath[]): Promise<(HashedFile | SynclineError)[]> {
    const { signal, settle } = this.#options;
    const { path: root } = this.#parts.root;
    const results = await hashFiles(root, paths, { signal });
    for (let reading = 1; settle && reading < READINGS; reading++) {
      const waits = results.map((result) =>
        result instanceof SynclineError ? 0 : msUntilOld(result.identity, result.readAtNs),
      );
      const young = [...waits.keys()].filter((i) => waits[i] !== 0);
      if (young.length === 0) break;
      await delay(Math.max(...waits), undefined, { signal });
      const again = await hashFiles(
        root,
        young.map((i) => paths[i] as WirePath),
        { signal },
      );
      for (const [n, i] of young.entries()) results[i] = again[n] as HashedFile | SynclineError;
    }
    return results;
  }

  #takeFile(path: WirePath, { content, size, identity, readAtNs }: HashedFile): Promise<void> {
    const known = this.#parts.recorder.entries.get(path);
    const executable = HAS_MODES ? isExecutable(identity) : known?.entry.kind === 'file' && known.entry.executable;
    const entry = { kind: 'file' as const, content, size, executable };
    return this.#settle(known, path, {
      entry,
      identity: knownIdentity(identity, readAtNs),
      modifiedAt: modifiedAt(identity),
      inode: null,
    });
  }

  async #settle(known: IndexEntry | null, path: WirePath, found: Found): Promise<void> {
    const { recorder } = this.#parts;
    if (this.#slice.spent) await this.#slice.rest(this.#options.signal);
    if (recorder.pending >= CHECKPOINT) this.#options.checkpoint?.();
    if (known && sameEntry(known.entry, found.entry)) {
      recorder.recognise(path, found.identity, found.modifiedAt);
      return;
    }
    if (known?.entry.kind === 'directory') await this.#remove(path);
    else if (!known) await this.#makeRoom(path);
    else if (!isSameContent(known.entry, found.entry)) this.#keep(known, 'replaced');
    recorder.put(path, found, known !== null && isSameContent(known.entry, found.entry));
  }

  /** What had the name in another spelling and is gone is deleted first, so that the two never stand side by side. */
  async #makeRoom(path: WirePath): Promise<void> {
    for (const other of this.#parts.recorder.entries.collisions(path))
      if (this.#stat(other) === null) await this.#remove(other);
  }

  async #remove(path: WirePath): Promise<void> {
    const { entries } = this.#parts.recorder;
    const known = entries.get(path);
    if (!known) return;
    this.#keep(known, 'deleted');
    for (let after: WirePath | undefined; known.entry.kind === 'directory'; ) {
      const page = entries.below(path, after, PAGE);
      for (const entry of page) this.#keep(entry, 'deleted');
      if (page.length < PAGE) break;
      after = page.at(-1)?.path;
      await this.#slice.rest(this.#options.signal);
    }
    this.#parts.durableFolders.forget(path);
    this.#parts.recorder.delete(path);
  }

  #keep(known: IndexEntry, reason: 'replaced' | 'deleted'): void {
    const { entry } = known;
    const { objects } = this.#parts;
    if (entry.kind === 'file') {
      if (!objects.has(entry.content)) return this.#parts.recorder.lose(known);
      objects.vouchFor(entry.content);
    }
    this.#parts.recorder.keep(known, reason, 'server');
  }

  #collides({ path }: WalkedChild): boolean {
    const { entries } = this.#parts.recorder;
    return !entries.get(path) && entries.collisions(path).some((other) => this.#stat(other) !== null);
  }

  #stat(path: WirePath): BigIntStats | null {
    try {
      return lstatSync(this.#jail.at(path), { bigint: true, throwIfNoEntry: false }) ?? null;
    } catch (error) {
      if (isMissing(error) || errnoOf(error) === 'ELOOP') return null;
      throw error;
    }
  }
}

const isSameContent = (a: Entry, b: Entry): boolean =>
  a.kind === 'file' && b.kind === 'file' && a.content === b.content;

function collision({ path }: WalkedChild) {
  const message = `Another name beside “${nameOf(path)}” differs from it only in case or accents' spelling; rename one.`;
  return { path, code: 'NameCollision' as const, message };
}
