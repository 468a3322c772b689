import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** Paths and what they hold: text of a file, null for a folder, `-> target` for a link; a leading `+x ` makes a file executable. */
export type Tree = Readonly<Record<string, string | null>>;

/** Makes what the tree says below a folder, missing parents included. */
export function plant(root: string, tree: Tree): void {
  for (const [path, value] of Object.entries(tree)) {
    const at = join(root, path);
    mkdirSync(value === null ? at : dirname(at), { recursive: true });
    if (value === null) continue;
    if (value.startsWith('-> ')) symlinkSync(value.slice(3), at);
    else {
      const executable = value.startsWith('+x ');
      writeFileSync(at, executable ? value.slice(3) : value);
      if (executable) chmodSync(at, 0o755);
    }
  }
}

/** What is below a folder, in the form that {@link plant} takes, by path; `.syncline` left out. */
export function harvest(root: string, skip: (path: string) => boolean = (path) => path === '.syncline'): Tree {
  const tree: Record<string, string | null> = {};
  const visit = (folder: string): void => {
    for (const name of readdirSync(join(root, folder)).sort()) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (skip(path)) continue;
      const stat = lstatSync(join(root, path));
      if (stat.isDirectory()) {
        tree[path] = null;
        visit(path);
      } else if (stat.isSymbolicLink()) tree[path] = `-> ${readlinkSync(join(root, path))}`;
      else tree[path] = `${stat.mode & 0o100 ? '+x ' : ''}${readFileSync(join(root, path), 'utf8')}`;
    }
  };
  visit('');
  return tree;
}
