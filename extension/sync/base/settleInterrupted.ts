import { DIRECTORY } from '../../../server/protocol/entry.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import { nodeAt, sameNode, type Tree } from '../tree/tree.ts';
import { TreeEditor } from '../tree/treeEditor.ts';

/**
 * Finds out what became of operations on the local folder that were interrupted by the end of the process: those whose outcome
 * the folder shows were done, and when they were planned the server held the same, so they belong to the base. Without this, what
 * the server has done since would look like a change of both sides: a conflict where there is none, or something deleted there
 * that comes back. `isHidden`: nothing may be concluded from what the folder shows at a path.
 */
export function settleInterrupted(
  base: Tree,
  local: Tree,
  operations: readonly Operation[],
  isHidden: (path: WirePath) => boolean,
): { readonly base: Tree; readonly done: readonly Operation[] } {
  const editor = new TreeEditor(base);
  const done = operations.filter((operation) => settle(editor, local, operation, isHidden));
  return { base: editor.tree(), done };
}

function settle(editor: TreeEditor, local: Tree, operation: Operation, isHidden: (path: WirePath) => boolean): boolean {
  if (operation.kind === 'rename') {
    const { from, to } = operation;
    const moved = editor.get(from);
    if (moved === undefined || isHidden(from) || !sameNode(nodeAt(local, to), moved)) return false;
    const isHalfDone = nodeAt(local, from) !== undefined;
    // a file that has its new name and has not lost the old one
    if (isHalfDone) editor.set(to, moved);
    else editor.rename(from, to);
    return !isHalfDone;
  }
  const { kind, path } = operation;
  const found = nodeAt(local, path);
  if (kind === 'put' && sameNode(found, operation.entry)) editor.set(path, operation.entry);
  else if (kind === 'makeDirectory' && found?.kind === 'directory') editor.put(path, DIRECTORY);
  else if (kind === 'delete' && found === undefined && !isHidden(path)) editor.remove(path);
  else return false;
  return true;
}
