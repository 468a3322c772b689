import { type DirectoryNode, type FileNode, type Inode, pathOf } from './disk/inode.ts';
import type { Change } from './disk/journal.ts';
import type { DiskObserver, VirtualDisk } from './disk/virtualDisk.ts';
import { Overwriting } from './overwriting.ts';
import { Violation } from './violation.ts';

export interface ContentsOptions {
  /** Whether a person or another program is at work now; otherwise it is Syncline. */
  readonly isPerson: () => boolean;
  /** Why Syncline must not change this path of that machine; undefined: it may. */
  readonly forbids: (machine: string, path: string) => string | undefined;
  /** Whether no mode and no person says that one side wins. */
  readonly isEven: boolean;
  /** Whether the share's history refers to a content, so that it can be had back. */
  readonly isInHistory: (data: Buffer) => boolean;
  /** A name in a folder of somebody's means something else now. */
  readonly touched: (machine: string, path: string) => void;
  readonly report: (violation: Violation) => void;
}

/**
 * Watches every change of every disk for two promises. Old or new, never between: what Syncline puts into a folder of
 * somebody's is, whole, something that somebody wrote. Nothing is lost: what somebody wrote, and did not destroy themselves,
 * is somewhere where it can be had back: in a folder, in the server's history, or among the safety copies.
 */
export class Contents implements DiskObserver {
  readonly #options: ContentsOptions;
  readonly #disks: VirtualDisk[] = [];
  readonly #written = new Set<string>();
  /** What must not get lost. */
  readonly #owed = new Set<string>();
  readonly #overwriting = new Overwriting();

  constructor(options: ContentsOptions) {
    this.#options = options;
  }

  watch(disk: VirtualDisk): void {
    this.#disks.push(disk);
  }

  /** To be called before a person writes it. */
  wrote(text: string): void {
    this.#written.add(key(Buffer.from(text)));
    this.#owed.add(key(Buffer.from(text)));
  }

  /** It was not written after all. */
  forget(text: string): void {
    this.#owed.delete(key(Buffer.from(text)));
  }

  named(disk: VirtualDisk, change: Change, movedTo?: Change): void {
    const { directory, name, before, after } = change;
    const path = userPath(directory, name);
    const newPath = movedTo && userPath(movedTo.directory, movedTo.name);
    if (path !== undefined && newPath !== undefined) this.#overwriting.moved(path, newPath);
    if (path !== undefined) this.#options.touched(disk.machine, path);
    if (path !== undefined && after?.kind === 'file') this.#overwriting.appeared(disk, after);
    if (this.#options.isPerson()) {
      // also when another name is left: one that Syncline has for a while keeps nothing
      if (before?.kind === 'file') this.#gone(before.data);
      if (path !== undefined && before && after?.kind !== before.kind) this.#overwriting.deleted(path);
      return;
    }
    if (path === undefined) return;
    const reason = this.#options.forbids(disk.machine, path);
    if (reason !== undefined) this.#violated(`${disk.machine}: “${path}” was changed although ${reason}.`);
    if (after?.kind === 'file') this.#requireWhole(disk.machine, path, after.data);
    const wrong = this.#options.isEven ? this.#overwriting.taken(disk, path, change) : undefined;
    if (wrong !== undefined) this.#violated(`${disk.machine}: “${path}”: ${wrong}.`);
    if (before === after && before !== null) this.#violated(`${disk.machine}: “${path}” was replaced by itself.`);
  }

  lost(_disk: VirtualDisk, inode: Inode): void {
    if (inode.kind === 'file') this.#gone(inode.data);
  }

  written(disk: VirtualDisk, file: FileNode, before: Buffer): void {
    // by a person or another program: Syncline writes to no file that has a name in a folder of theirs
    if (this.#options.isPerson()) this.#overwriting.appeared(disk, file);
    if (before.length > 0 && !before.equals(file.data)) this.#gone(before);
    if (this.#options.isPerson() || file.links === 0) return;
    for (const { path, inode } of places(disk))
      if (inode === file && path.kind === 'user')
        this.#violated(`${disk.machine}: “${path.name}” was written to in place.`);
  }

  /** After a power cut, and when everything is at rest. */
  check(when: string, atRest: boolean): void {
    const found = new Set<string>();
    const inObjects = new Map<string, Buffer>();
    for (const disk of this.#disks)
      for (const { path, inode } of places(disk)) {
        if (path.kind === 'user') this.#requireWhole(disk.machine, path.name, inode.data, when);
        if (path.kind === 'objects' && atRest) inObjects.set(key(inode.data), inode.data);
        else if (path.kind !== 'other') found.add(key(inode.data));
      }
    for (const owed of this.#owed) {
      const object = inObjects.get(owed);
      if (found.has(owed) || (object && this.#options.isInHistory(object))) continue;
      this.#owed.delete(owed);
      this.#violated(`${when}: “${preview(owed)}” is nowhere any more.`);
    }
  }

  #gone(data: Buffer): void {
    const content = key(data);
    if (!this.#owed.has(content)) return;
    if (this.#options.isPerson()) {
      if (!this.#isKept(data, true)) this.#owed.delete(content);
    } else if (!this.#isKept(data, false)) {
      this.#owed.delete(content);
      this.#violated(`“${preview(content)}” is nowhere any more.`);
    }
  }

  /** `surely`: would also survive a power cut and a change of mind. */
  #isKept(data: Buffer, surely: boolean): boolean {
    for (const disk of this.#disks)
      for (const { path, inode, isDurable } of places(disk)) {
        if (path.kind === 'other' || !inode.data.equals(data)) continue;
        if (!surely) return true;
        if (isDurable && (path.kind !== 'objects' || this.#options.isInHistory(data))) return true;
      }
    return false;
  }

  #requireWhole(machine: string, path: string, data: Buffer, when = ''): void {
    if (this.#written.has(key(data))) return;
    this.#violated(`${when} ${machine}: “${path}” holds “${preview(key(data))}”, which nobody ever wrote.`.trim());
  }

  #violated(message: string): void {
    this.#options.report(new Violation(message));
  }
}

interface FilePlace {
  readonly path: { readonly kind: 'user' | 'objects' | 'safety' | 'other'; readonly name: string };
  readonly inode: FileNode;
  readonly isDurable: boolean;
}

/** All files of a disk, by what they are there for. */
function* places(disk: VirtualDisk): Generator<FilePlace> {
  yield* placesBelow(disk.root, '', true);
}

function* placesBelow(directory: DirectoryNode, prefix: string, isDurable: boolean): Generator<FilePlace> {
  for (const [name, inode] of directory.entries) {
    const path = prefix === '' ? name : `${prefix}/${name}`;
    const isSafe = isDurable && directory.durable.get(name)?.inode === inode;
    if (inode.kind === 'directory') yield* placesBelow(inode, path, isSafe);
    else if (inode.kind === 'file')
      yield { path: kindOf(path), inode, isDurable: isSafe && inode.synced === inode.data };
  }
}

function kindOf(path: string): FilePlace['path'] {
  if (path.includes('/.syncline/'))
    return { kind: path.startsWith('share/.syncline/objects/') ? 'objects' : 'other', name: path };
  if (path.startsWith('state/')) return { kind: path.startsWith('state/safety/') ? 'safety' : 'other', name: path };
  return { kind: 'user', name: path.slice(path.indexOf('/') + 1) };
}

/** Relative to the folder that is synced; undefined for what is Syncline's own. */
function userPath(directory: DirectoryNode, name: string): string | undefined {
  const folder = pathOf(directory);
  if (folder === undefined) return undefined;
  const { kind, name: path } = kindOf(`${folder}/${name}`);
  return kind === 'user' && folder !== '' && name !== '.syncline' ? path : undefined;
}

/** Contents in memory are told apart by themselves. */
const key = (data: Buffer): string => data.toString('latin1');

const preview = (content: string): string =>
  content.length > 40 ? `${content.slice(0, 40)}… (${content.length} bytes)` : content;
