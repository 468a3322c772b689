import type { Random } from '../random.ts';
import type { DirectoryNode, FileNode, Inode, LinkNode } from './inode.ts';
import { type Change, Journal } from './journal.ts';

/** A failed call, as node reports it. Without a stack: most of these are a plain "no", and a stack costs more than all the rest. */
export function diskFault(code: string, call: string): NodeJS.ErrnoException {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const fault = Object.assign(new Error(`${code}: simulated, ${call}`), { code, syscall: call });
  Error.stackTraceLimit = stackTraceLimit;
  return fault;
}

export interface Place {
  readonly directory: DirectoryNode;
  readonly name: string;
  readonly inode: Inode | undefined;
}

/** Told of every change right after it. */
export interface DiskObserver {
  /** A name has come to mean something; `before`: what it meant until then. `movedTo`: what it meant has that name now. */
  named(disk: VirtualDisk, change: Change, movedTo?: Change): void;
  /** What no name leads to any more. */
  lost(disk: VirtualDisk, inode: Inode): void;
  /** A file's bytes were written to; `before`: what they were. */
  written(disk: VirtualDisk, file: FileNode, before: Buffer): void;
}

/**
 * What is left of changes of names that were not synced: all, when a program dies alone; none; or those up to some moment, as
 * journaling file systems write them.
 */
export type PowerCut = 'kill' | 'nothing' | 'prefix';

const MOST_LINKS_FOLLOWED = 20;

/**
 * A POSIX file system in memory, as a kernel sees it: no faults, no delays. Keeps apart what it holds and what it would
 * still hold after a power cut: contents that were not synced are lost or torn, names that were not synced are lost from some
 * moment on, whatever was synced after that (after ALICE, Pillai et al., OSDI 2014). A rename is atomic.
 */
export class VirtualDisk {
  readonly machine: string;
  readonly device: bigint;
  readonly root: DirectoryNode;
  readonly #now: () => bigint;
  readonly #journal = new Journal();
  readonly #freed: bigint[] = [];
  readonly #parts = new Map<string, readonly string[]>();
  #lastIno = 10n;
  observer: DiskObserver | undefined;

  /** `now`: nanoseconds since 1970, as its kernel stamps files. */
  constructor(machine: string, device: bigint, now: () => bigint) {
    this.machine = machine;
    this.device = device;
    this.#now = now;
    this.root = this.#directory(0o755);
    this.root.links = 1;
  }

  /** Follows links on the way, and with `follow` at the end. Throws ENOENT, ENOTDIR, ELOOP. */
  locate(from: DirectoryNode, path: string, follow: boolean, call = 'lookup', depth = 0): Place {
    if (depth > MOST_LINKS_FOLLOWED) throw diskFault('ELOOP', call);
    const parts = this.#partsOf(path);
    let directory = from;
    const last = parts.at(-1);
    if (last === undefined) return { directory, name: '', inode: directory };
    for (let n = 0; n < parts.length - 1; n++) {
      const next = this.#child(directory, parts[n] as string, true, call, depth);
      if (next === undefined) throw diskFault('ENOENT', call);
      if (next.kind !== 'directory') throw diskFault('ENOTDIR', call);
      directory = next;
    }
    if (last === '..') return { directory, name: '', inode: directory.place?.parent ?? directory };
    const inode = directory.entries.get(last);
    if (!follow || inode?.kind !== 'link') return { directory, name: last, inode };
    return this.locate(directory, this.#targetOf(inode, call), true, call, depth + 1);
  }

  create(place: Place, mode: number): FileNode {
    requireFolder(place, 'open');
    const file: FileNode = { ...this.#common(mode), kind: 'file', data: Buffer.alloc(0), synced: null };
    this.#apply([change(place, file)]);
    return file;
  }

  makeDirectory(place: Place, mode: number): void {
    requireFolder(place, 'mkdir');
    if (place.inode) throw diskFault('EEXIST', 'mkdir');
    this.#apply([change(place, this.#directory(mode))]);
  }

  makeLink(place: Place, target: string): void {
    requireFolder(place, 'symlink');
    if (place.inode) throw diskFault('EEXIST', 'symlink');
    this.#apply([change(place, { ...this.#common(0o777), kind: 'link', target })]);
  }

  link(from: Place, to: Place): void {
    requireFolder(to, 'link');
    if (!from.inode) throw diskFault('ENOENT', 'link');
    if (from.inode.kind === 'directory') throw diskFault('EPERM', 'link');
    if (to.inode) throw diskFault('EEXIST', 'link');
    this.#apply([change(to, from.inode)]);
  }

  unlink(place: Place): void {
    if (!place.inode) throw diskFault('ENOENT', 'unlink');
    if (place.inode.kind === 'directory') throw diskFault('EISDIR', 'unlink');
    this.#apply([change(place, null)]);
  }

  removeDirectory(place: Place): void {
    if (!place.inode) throw diskFault('ENOENT', 'rmdir');
    if (place.inode.kind !== 'directory') throw diskFault('ENOTDIR', 'rmdir');
    if (place.name === '') throw diskFault('EBUSY', 'rmdir');
    if (place.inode.entries.size > 0) throw diskFault('ENOTEMPTY', 'rmdir');
    this.#apply([change(place, null)]);
  }

  rename(from: Place, to: Place): void {
    requireFolder(to, 'rename');
    const { inode } = from;
    if (!inode) throw diskFault('ENOENT', 'rename');
    if (inode === to.inode) return;
    if (inode.kind === 'directory') {
      for (let at: DirectoryNode | undefined = to.directory; at; at = at.place?.parent)
        if (at === inode) throw diskFault('EINVAL', 'rename');
      if (to.inode && to.inode.kind !== 'directory') throw diskFault('ENOTDIR', 'rename');
      if (to.inode?.kind === 'directory' && to.inode.entries.size > 0) throw diskFault('ENOTEMPTY', 'rename');
    } else if (to.inode?.kind === 'directory') throw diskFault('EISDIR', 'rename');
    this.#apply([change(from, null), change(to, inode)]);
    if (inode.kind === 'directory') for (const tell of inode.watchers) tell('rename', from.name);
  }

  write(file: FileNode, bytes: Uint8Array, at: number, place?: Place): void {
    const before = file.data;
    const data = Buffer.alloc(Math.max(before.length, at + bytes.length));
    before.copy(data);
    data.set(bytes, at);
    this.#write(file, data, place);
  }

  truncate(file: FileNode, length: number, place?: Place): void {
    const data = Buffer.alloc(length);
    file.data.copy(data, 0, 0, Math.min(length, file.data.length));
    this.#write(file, data, place);
  }

  changeMode(inode: Inode, mode: number, place?: Place): void {
    inode.mode = mode & 0o7777;
    inode.ctimeNs = this.#now();
    this.#tell(place, 'change');
  }

  sync(inode: Inode): void {
    inode.syncedMode = inode.mode;
    if (inode.kind === 'file') inode.synced = inode.data;
    else if (inode.kind === 'directory') this.#journal.sync(inode);
  }

  /** What another program does to a folder: never worse than what an ordered journal makes of it. */
  syncInOrder(directory: DirectoryNode): void {
    directory.syncedMode = directory.mode;
    this.#journal.syncInOrder(directory);
  }

  /** The power fails, or with `kill` a program alone; what is left by chance is chosen by `random`. */
  powerCut(cut: PowerCut, random: Random): void {
    if (cut === 'kill') return;
    this.#journal.powerCut(cut, random);
    rebuild(this.root, random, new Map());
  }

  /** The same paths are asked for again and again. */
  #partsOf(path: string): readonly string[] {
    let parts = this.#parts.get(path);
    if (!parts) {
      parts = path.split('/').filter((part) => part !== '' && part !== '.');
      this.#parts.set(path, parts);
    }
    return parts;
  }

  #child(directory: DirectoryNode, name: string, follow: boolean, call: string, depth: number): Inode | undefined {
    if (name === '..') return directory.place?.parent ?? directory;
    const inode = directory.entries.get(name);
    if (!follow || inode?.kind !== 'link') return inode;
    return this.locate(directory, this.#targetOf(inode, call), true, call, depth + 1).inode;
  }

  /** Links lead nowhere but within their disk. */
  #targetOf({ target }: LinkNode, call: string): string {
    if (target.startsWith('/')) throw diskFault('ENOENT', call);
    return target;
  }

  #apply(changes: readonly Change[]): void {
    const now = this.#now();
    this.#journal.add(changes);
    for (const each of changes) {
      const { directory, name, before, after } = each;
      if (after) directory.entries.set(name, after);
      else directory.entries.delete(name);
      if (before) this.#left(before);
      if (after) {
        after.links++;
        if (after.kind === 'directory') after.place = { parent: directory, name };
        after.ctimeNs = now;
      }
      directory.mtimeNs = directory.ctimeNs = now;
    }
    for (const { directory, name, before } of changes) {
      for (const tell of [...directory.watchers]) tell('rename', name);
      if (before?.kind === 'directory' && before.links === 0)
        for (const tell of [...before.watchers]) tell('rename', name);
      if (before) before.ctimeNs = now;
    }
    if (!this.observer) return;
    for (const [n, each] of changes.entries()) this.observer.named(this, each, changes[n + 1]);
    for (const { before } of changes) {
      if (!before || before.links > 0) continue;
      this.#freed.push(before.ino);
      this.observer.lost(this, before);
    }
  }

  #left(inode: Inode): void {
    inode.links--;
    if (inode.kind === 'directory') inode.place = undefined;
  }

  #write(file: FileNode, data: Buffer, place: Place | undefined): void {
    const before = file.data;
    file.data = data;
    file.mtimeNs = file.ctimeNs = this.#now();
    this.#tell(place, 'change');
    this.observer?.written(this, file, before);
  }

  #tell(place: Place | undefined, event: 'change'): void {
    if (!place || place.directory.entries.get(place.name) !== place.inode) return;
    for (const tell of [...place.directory.watchers]) tell(event, place.name);
  }

  #directory(mode: number): DirectoryNode {
    return { ...this.#common(mode), kind: 'directory', entries: new Map(), durable: new Map(), place: undefined };
  }

  /** Numbers of files that are gone are used again, as ext4 does. */
  #common(mode: number) {
    const now = this.#now();
    const ino = this.#freed.pop() ?? ++this.#lastIno;
    return { ino, mode, syncedMode: mode, links: 0, mtimeNs: now, ctimeNs: now, watchers: new Set<never>() };
  }
}

/** A folder that was removed takes nothing in any more, however it is reached. */
function requireFolder({ directory }: Place, call: string): void {
  if (directory.links === 0) throw diskFault('ENOENT', call);
}

const change = ({ directory, name, inode }: Place, after: Inode | null): Change => ({
  directory,
  name,
  before: inode ?? null,
  after,
});

/** What is held is now what was durable. */
function rebuild(directory: DirectoryNode, random: Random, files: Map<FileNode, number>): void {
  directory.watchers.clear();
  directory.entries = new Map();
  for (const [name, { inode }] of directory.durable) {
    if (!inode) continue;
    directory.entries.set(name, inode);
    inode.mode = random.chance(0.5) ? inode.mode : inode.syncedMode;
    if (inode.kind === 'file') {
      const others = files.get(inode) ?? 0;
      files.set(inode, others + 1);
      inode.links = others + 1;
      if (inode.data !== inode.synced) inode.data = inode.synced = whatIsLeft(inode, random);
    } else if (inode.kind === 'directory') {
      inode.links = 1;
      inode.place = { parent: directory, name };
      rebuild(inode, random, files);
    } else inode.links = 1;
  }
}

function whatIsLeft({ data, synced }: FileNode, random: Random): Buffer {
  switch (random.below(4)) {
    case 0:
      return data;
    case 1:
      return synced ?? Buffer.alloc(0);
    case 2:
      return Buffer.from(data.subarray(0, random.below(data.length + 1)));
    default:
      // blocks that were allocated and never written
      return Buffer.alloc(data.length);
  }
}
