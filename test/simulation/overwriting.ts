import { below, type DirectoryNode, type FileNode, type Inode } from './disk/inode.ts';
import type { Change } from './disk/journal.ts';
import type { VirtualDisk } from './disk/virtualDisk.ts';

/**
 * Nothing is replaced or deleted that was not seen: what Syncline takes away from one side has been on the other before. And
 * nothing is deleted that nobody deleted. Holds as long as no mode and no person says that one side wins.
 */
export class Overwriting {
  /** Paths, and whatever was below them. */
  readonly #deleted = new Set<string>();
  /** Names that files and folders had one after the other, on any side and whoever moved them: a deletion follows them. */
  readonly #moves = new Map<string, Set<string>>();
  readonly #seen = { server: new Set<string>(), clients: new Set<string>() };

  /** Something has come to be in a folder of somebody's. */
  appeared(disk: VirtualDisk, file: FileNode): void {
    this.#seen[sideOf(disk)].add(file.data.toString('latin1'));
  }

  /** A person or another program took away what was at a path, on any side. */
  deleted(path: string): void {
    this.#deleted.add(path);
  }

  /** Somebody, or Syncline for them, moved what was at a path. */
  moved(from: string, to: string): void {
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      const known = this.#moves.get(one);
      if (known) known.add(other);
      else this.#moves.set(one, new Set([other]));
    }
  }

  /** Syncline took away what a path meant. Says what is wrong with that, if anything. */
  taken(disk: VirtualDisk, path: string, { before, after }: Change): string | undefined {
    if (before?.kind !== 'file' || before === after || isElsewhere(disk, before)) return undefined;
    if (after === null && !this.#isDeleted(path)) return 'nobody deleted it';
    const text = before.data.toString('latin1');
    const other = sideOf(disk) === 'server' ? 'clients' : 'server';
    if (this.#seen[other].has(text) || text === '') return undefined;
    return `“${text.slice(0, 40)}” was taken away and never seen on the other side`;
  }

  /** Under this path or one that it had with a folder above it, here or elsewhere, at any time. */
  #isDeleted(path: string): boolean {
    const names = [path];
    const known = new Set(names);
    for (const name of names) {
      for (let end = name.length; end > 0; end = name.lastIndexOf('/', end - 1)) {
        const above = name.slice(0, end);
        if (this.#deleted.has(above)) return true;
        for (const other of this.#moves.get(above) ?? []) {
          const also = other + name.slice(end);
          if (known.has(also) || names.length > MOST_NAMES) continue;
          known.add(also);
          names.push(also);
        }
      }
    }
    return false;
  }
}

/** Moves of folders into each other give ever longer names. */
const MOST_NAMES = 200;

const sideOf = ({ machine }: VirtualDisk): 'server' | 'clients' => (machine === 'server' ? 'server' : 'clients');

/** Under another name in the same folder of somebody's: it was moved. */
function isElsewhere(disk: VirtualDisk, inode: Inode): boolean {
  const { inode: home } = disk.locate(disk.root, disk.machine === 'server' ? 'share' : 'root', false);
  for (const [path, each] of below(home as DirectoryNode))
    if (each === inode && !path.startsWith('.syncline/')) return true;
  return false;
}
