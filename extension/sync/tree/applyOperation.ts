import { DIRECTORY } from '../../../server/protocol/entry.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import type { TreeEditor } from './treeEditor.ts';

/** Brings a tree up to date with an operation that was carried out on the side it pictures. */
export function applyOperation(editor: TreeEditor, operation: Operation): void {
  if (operation.kind === 'put') editor.set(operation.path, operation.entry);
  else if (operation.kind === 'makeDirectory') editor.put(operation.path, DIRECTORY);
  else if (operation.kind === 'delete') editor.remove(operation.path);
  else editor.rename(operation.from, operation.to);
}
