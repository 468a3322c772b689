import { sameEntry } from '../../server/protocol/entry.ts';
import type { Operation, OperationResult } from '../../server/protocol/messages/files.ts';
import { parentOf, type WirePath } from '../../server/protocol/wirePath.ts';
import { childrenOf, entryOf, nodeAt, type Tree } from '../../extension/sync/tree/tree.ts';
import { TreeEditor } from '../../extension/sync/tree/treeEditor.ts';

/** What a side that keeps the rules of `files/commit` makes of one operation. */
export function carryOut(tree: Tree, operation: Operation): { tree: Tree; result: OperationResult } {
  const editor = new TreeEditor(tree);
  const conflict = (path: WirePath): { tree: Tree; result: OperationResult } => ({
    tree,
    result: { status: 'conflict', path, current: entryOf(nodeAt(tree, path)) },
  });
  const at = operation.kind === 'rename' ? operation.to : operation.path;
  const obstacle = fileAbove(tree, at);
  if (obstacle) return conflict(obstacle);
  switch (operation.kind) {
    case 'put': {
      const { path, entry, expect } = operation;
      if (!sameEntry(entryOf(nodeAt(tree, path)), expect)) return conflict(path);
      if (expect?.kind === 'directory') return conflict(path);
      editor.set(path, entry);
      break;
    }
    case 'makeDirectory': {
      const found = nodeAt(tree, operation.path);
      if (found && found.kind !== 'directory') return conflict(operation.path);
      editor.put(operation.path, { kind: 'directory' });
      break;
    }
    case 'delete': {
      const { path, expect } = operation;
      const found = nodeAt(tree, path);
      if (!sameEntry(entryOf(found), expect)) return conflict(path);
      if (childrenOf(found).size > 0) {
        return { tree, result: { status: 'problem', path, code: 'DirectoryNotEmpty', message: 'not empty' } };
      }
      editor.remove(path);
      break;
    }
    case 'rename': {
      const { from, to, expect, expectTo } = operation;
      if (!sameEntry(entryOf(nodeAt(tree, from)), expect)) return conflict(from);
      if (!sameEntry(entryOf(nodeAt(tree, to)), expectTo)) return conflict(to);
      const parent = parentOf(to);
      if (parent !== undefined && nodeAt(tree, parent)?.kind !== 'directory') return conflict(parent);
      editor.rename(from, to);
    }
  }
  return { tree: editor.tree(), result: { status: 'done', rev: 1 } };
}

function fileAbove(tree: Tree, path: WirePath): WirePath | undefined {
  for (let at = parentOf(path); at !== undefined; at = parentOf(at)) {
    const kind = nodeAt(tree, at)?.kind;
    if (kind === 'file' || kind === 'link') return at;
  }
  return undefined;
}

/** An operation as a line of text. */
export function showOperation(operation: Operation, showEntry: (entry: unknown) => string): string {
  switch (operation.kind) {
    case 'put':
      return `put ${operation.path}${showEntry(operation.entry)}`;
    case 'makeDirectory':
      return `make ${operation.path}/`;
    case 'delete':
      return `delete ${operation.path}`;
    case 'rename':
      return `rename ${operation.from} ${operation.to}`;
  }
}
