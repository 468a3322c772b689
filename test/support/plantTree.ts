import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { childrenOf, EMPTY_TREE, type Tree, type TreeNode } from '../../extension/sync/tree/tree.ts';
import { textOf } from './treeNotation.ts';

/** Makes a folder on disk hold a tree, where it holds `before` now. Returns the paths it touched. */
export function plantTree(root: string, tree: Tree, before: Tree = EMPTY_TREE): Set<string> {
  const touched = new Set<string>();
  mkdirSync(root, { recursive: true });
  plant('', tree, before);
  return touched;

  function plant(folder: string, now: TreeNode | undefined, old: TreeNode | undefined): void {
    for (const [name, node] of childrenOf(old)) {
      const next = childrenOf(now).get(name);
      if (next && (next.kind === 'directory') === (node.kind === 'directory')) continue;
      rmSync(join(root, folder, name), { recursive: true });
      touched.add(join(folder, name));
    }
    for (const [name, node] of childrenOf(now)) {
      const known = childrenOf(old).get(name);
      if (node === known) continue;
      const path = join(folder, name);
      if (node.kind === 'directory') {
        if (known?.kind !== 'directory') {
          mkdirSync(join(root, path));
          touched.add(path);
        }
        plant(path, node, known?.kind === 'directory' ? known : undefined);
      } else {
        rmSync(join(root, path), { force: true });
        if (node.kind === 'link') symlinkSync(node.target, join(root, path));
        else {
          writeFileSync(join(root, path), textOf(node.content));
          chmodSync(join(root, path), node.executable ? 0o755 : 0o644);
        }
        touched.add(path);
      }
    }
  }
}
