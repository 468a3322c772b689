import type { Place, VirtualDisk } from './disk/virtualDisk.ts';
import { below, type DirectoryNode, type Inode } from './disk/inode.ts';

/**
 * Somebody who changes files as any program does, and syncs what they did at once: what is lost of it later was lost by
 * Syncline. Whatever is not possible is not done.
 */
export class Person {
  readonly #disk: VirtualDisk;
  readonly #home: string;

  /** `home`: the folder of theirs. */
  constructor(disk: VirtualDisk, home: string) {
    this.#disk = disk;
    this.#home = home;
  }

  write(path: string, text: string, how: 'inPlace' | 'replace'): boolean {
    return this.#attempt(() => {
      this.#makeParents(path);
      const at = this.#at(path);
      if (at.inode && at.inode.kind !== 'file') return this.#replaceOther(at, path, text);
      if (how === 'replace' && at.inode) return this.#replace(at, path, text);
      const file = at.inode?.kind === 'file' ? at.inode : this.#disk.create(at, 0o644);
      const place = { ...at, inode: file };
      this.#disk.write(file, Buffer.from(text), 0, place);
      if (file.data.length > Buffer.byteLength(text)) this.#disk.truncate(file, Buffer.byteLength(text), place);
      this.#settle(at.directory, file);
    });
  }

  copy(from: string, to: string): boolean {
    return this.#attempt(() => {
      const source = this.#at(from).inode;
      if (source?.kind === 'file' && source.data.length > 0) this.write(to, source.data.toString(), 'replace');
    });
  }

  rename(from: string, to: string): boolean {
    return this.#attempt(() => {
      this.#makeParents(to);
      const [source, target] = [this.#at(from), this.#at(to)];
      if (target.inode && target.inode.kind !== source.inode?.kind) return;
      this.#disk.rename(source, target);
      this.#settle(source.directory);
      this.#settle(target.directory);
    });
  }

  remove(path: string): boolean {
    return this.#attempt(() => {
      const at = this.#at(path);
      this.#removeTree(at);
      this.#settle(at.directory);
    });
  }

  /** All that is theirs. */
  removeAll(): void {
    const { inode } = this.#at('.');
    if (inode?.kind !== 'directory') return;
    for (const name of [...inode.entries.keys()]) if (name !== '.syncline') this.remove(name);
  }

  makeFolder(path: string): boolean {
    return this.#attempt(() => {
      this.#makeParents(`${path}/x`);
    });
  }

  link(path: string, target: string): boolean {
    return this.#attempt(() => {
      this.#makeParents(path);
      const at = this.#at(path);
      this.#disk.makeLink(at, target);
      this.#settle(at.directory);
    });
  }

  toggleExecutable(path: string): boolean {
    return this.#attempt(() => {
      const at = this.#at(path);
      if (at.inode?.kind !== 'file') return;
      this.#disk.changeMode(at.inode, at.inode.mode ^ 0o111, at);
      this.#settle(at.directory, at.inode);
    });
  }

  #replaceOther(at: Place, path: string, text: string): void {
    this.#removeTree(at);
    this.write(path, text, 'inPlace');
  }

  /** As editors save: a new file beside the old one, which it then replaces. */
  #replace(at: Place, path: string, text: string): void {
    const temporary = this.#at(`${path}.new~.ign`);
    const file = this.#disk.create(temporary, at.inode?.mode ?? 0o644);
    this.#disk.write(file, Buffer.from(text), 0, { ...temporary, inode: file });
    this.#disk.sync(file);
    this.#disk.rename(this.#at(`${path}.new~.ign`), at);
    this.#settle(at.directory, file);
  }

  #removeTree(at: Place): void {
    if (at.inode?.kind !== 'directory') return this.#disk.unlink(at);
    for (const [name, inode] of [...at.inode.entries]) this.#removeTree({ directory: at.inode, name, inode });
    this.#disk.removeDirectory(at);
  }

  #makeParents(path: string): void {
    const names = path.split('/').slice(0, -1);
    for (let n = 1; n <= names.length; n++) {
      const at = this.#at(names.slice(0, n).join('/'));
      if (at.inode) continue;
      this.#disk.makeDirectory(at, 0o755);
      this.#settle(at.directory);
    }
  }

  #at(path: string): Place {
    return this.#disk.locate(this.#disk.root, `${this.#home}/${path}`, false);
  }

  #settle(directory: DirectoryNode, file?: Inode): void {
    if (file) this.#disk.sync(file);
    for (let at: DirectoryNode | undefined = directory; at; at = at.place?.parent) this.#disk.syncInOrder(at);
  }

  #attempt(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      if (typeof (error as NodeJS.ErrnoException).code === 'string') return false;
      throw error;
    }
  }
}

export interface Seen {
  readonly kind: 'file' | 'directory' | 'link';
  /** Text of a file, target of a link. */
  readonly holds: string;
  readonly executable: boolean;
}

/** What a person sees in a folder, by path; Syncline's own state and git's is left out. */
export function look(disk: VirtualDisk, home: string): Map<string, Seen> {
  const found = new Map<string, Seen>();
  const { inode } = disk.locate(disk.root, home, false);
  if (inode?.kind !== 'directory') return found;
  for (const [path, each] of below(inode)) {
    if (/(^|\/)(\.syncline|\.git)(\/|$)/.test(path)) continue;
    const holds = each.kind === 'file' ? each.data.toString() : each.kind === 'link' ? each.target : '';
    found.set(path, { kind: each.kind, holds, executable: each.kind === 'file' && (each.mode & 0o100) !== 0 });
  }
  return found;
}
