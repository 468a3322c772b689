/** What `fs.watch` is told: as inotify gives it to libuv. */
export type Watcher = (event: 'rename' | 'change', name: string) => void;

export interface FileNode extends Common {
  readonly kind: 'file';
  /** Replaced, never written to. */
  data: Buffer;
  /** What a power cut leaves for sure; null: nothing was ever synced. */
  synced: Buffer | null;
}

export interface DirectoryNode extends Common {
  readonly kind: 'directory';
  entries: Map<string, Inode>;
  /** What a power cut leaves for sure, by name; null: that nothing is there. `seq`: of the change that made it so. */
  readonly durable: Map<string, { readonly inode: Inode | null; readonly seq: number }>;
  /** Where it is; undefined for a root, and when it is nowhere any more. */
  place: { readonly parent: DirectoryNode; readonly name: string } | undefined;
}

export interface LinkNode extends Common {
  readonly kind: 'link';
  readonly target: string;
}

export type Inode = FileNode | DirectoryNode | LinkNode;

interface Common {
  readonly ino: bigint;
  /** Permission bits. */
  mode: number;
  syncedMode: number;
  /** Names it has. */
  links: number;
  mtimeNs: bigint;
  ctimeNs: bigint;
  readonly watchers: Set<Watcher>;
}

/** From the root of its disk; undefined for a folder that is nowhere any more. */
export function pathOf(directory: DirectoryNode): string | undefined {
  const names: string[] = [];
  for (let at = directory; ; ) {
    if (at.place === undefined) return at.links > 0 ? names.reverse().join('/') : undefined;
    names.push(at.place.name);
    at = at.place.parent;
  }
}

/** Everything below a folder, with its path from there. */
export function* below(directory: DirectoryNode, prefix = ''): Generator<[path: string, inode: Inode]> {
  for (const [name, inode] of directory.entries) {
    const path = prefix === '' ? name : `${prefix}/${name}`;
    yield [path, inode];
    if (inode.kind === 'directory') yield* below(inode, path);
  }
}
