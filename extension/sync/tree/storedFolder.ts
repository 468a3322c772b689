import type { Directory, TreeNode } from './tree.ts';

type Children = ReadonlyMap<string, TreeNode>;

/**
 * A folder of a stored tree, read when somebody asks what is in it. Of a large tree that nobody has changed, nothing but the root is
 * ever read.
 */
export class StoredFolder implements Directory {
  readonly kind = 'directory';
  readonly #read: () => Children;
  readonly #folderOf: (name: string) => Directory | undefined;
  #children: Children | undefined;

  /** `folderOf` gives the node that `read` gives for a folder of that name. */
  constructor(read: () => Children, folderOf: (name: string) => Directory | undefined) {
    this.#read = read;
    this.#folderOf = folderOf;
  }

  get children(): Children {
    return (this.#children ??= this.#read());
  }

  /** The folder of that name, for whoever knows that it is one of those listed; nothing is read for it. */
  folder(name: string): Directory | undefined {
    if (!this.#children) return this.#folderOf(name);
    const node = this.#children.get(name);
    return node?.kind === 'directory' ? node : undefined;
  }
}

/** A folder directly in another one, which is known to list it. */
export function listedFolder(directory: Directory, name: string): Directory | undefined {
  if (directory instanceof StoredFolder) return directory.folder(name);
  const node = directory.children.get(name);
  return node?.kind === 'directory' ? node : undefined;
}
