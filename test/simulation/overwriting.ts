import { below, type DirectoryNode, type FileNode, type Inode } from './disk/inode.ts';
import type { Change } from './disk/journal.ts';
import type { VirtualDisk } from './disk/virtualDisk.ts';

/**
 * Nothing is replaced or deleted that was not seen: what Syncline takes away from one side has been on the other before.
 * Holds as long as no mode and no person says that one side wins.
 */
export class Overwriting {
  readonly #seen = { server: new Set<string>(), clients: new Set<string>() };

  /** Something has come to be in a folder of somebody's. */
  appeared(disk: VirtualDisk, file: FileNode): void {
    this.#seen[sideOf(disk)].add(file.data.toString('latin1'));
  }

  /** Syncline took away what a name meant. Says what is wrong with that, if anything. */
  taken(disk: VirtualDisk, { before, after }: Change): string | undefined {
    if (before?.kind !== 'file' || before === after || isElsewhere(disk, before)) return undefined;
    const text = before.data.toString('latin1');
    const other = sideOf(disk) === 'server' ? 'clients' : 'server';
    if (this.#seen[other].has(text) || text === '') return undefined;
    return `“${text.slice(0, 40)}” was taken away and never seen on the other side`;
  }
}

const sideOf = ({ machine }: VirtualDisk): 'server' | 'clients' => (machine === 'server' ? 'server' : 'clients');

/** Under another name in the same folder of somebody's: it was moved. */
function isElsewhere(disk: VirtualDisk, inode: Inode): boolean {
  const { inode: home } = disk.locate(disk.root, disk.machine === 'server' ? 'share' : 'root', false);
  for (const [path, each] of below(home as DirectoryNode))
    if (each === inode && !path.startsWith('.syncline/')) return true;
  return false;
}
