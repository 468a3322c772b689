import fc from 'fast-check';
import type { WirePath } from '../../server/protocol/wirePath.ts';
import { EMPTY_TREE, entriesOf, nodeAt, type Tree, type TreeNode } from '../../extension/sync/tree/tree.ts';
import { TreeEditor } from '../../extension/sync/tree/treeEditor.ts';
import { file } from './treeNotation.ts';

/**
 * Small trees over few names and few contents, so that two of them often touch the same paths: collisions, moves and clashes
 * are what tests of sync are about.
 */
export function arbitraryTree(maxEntries = 12): fc.Arbitrary<Tree> {
  return fc.array(fc.tuple(arbitraryPath, arbitraryNode), { maxLength: maxEntries }).map((entries) => {
    const editor = new TreeEditor(EMPTY_TREE);
    for (const [path, node] of entries) editor.set(path, node);
    return editor.tree();
  });
}

export const arbitraryPath: fc.Arbitrary<WirePath> = fc
  .array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 4 })
  .map((names) => names.join('/') as WirePath);

const arbitraryFile = fc
  .tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }))
  .map(([text, x]) => file(text === 0 ? '' : `${text}`, x === 0));

const arbitraryNode: fc.Arbitrary<TreeNode> = fc.oneof(
  { arbitrary: arbitraryFile, weight: 8 },
  { arbitrary: fc.constant(EMPTY_TREE), weight: 1 },
  { arbitrary: fc.constant<TreeNode>({ kind: 'link', target: 'a' }), weight: 1 },
);

/** What a person may do to a tree: the indexes choose among the paths there are when it is done. */
type Step =
  | { readonly kind: 'put'; readonly path: WirePath; readonly node: TreeNode }
  | { readonly kind: 'edit'; readonly at: number; readonly node: TreeNode }
  | { readonly kind: 'remove'; readonly at: number }
  | { readonly kind: 'move'; readonly at: number; readonly to: WirePath };

const arbitraryStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), path: arbitraryPath, node: arbitraryNode }),
  fc.record({ kind: fc.constant('edit' as const), at: fc.nat(50), node: arbitraryNode }),
  fc.record({ kind: fc.constant('remove' as const), at: fc.nat(50) }),
  fc.record({ kind: fc.constant('move' as const), at: fc.nat(50), to: arbitraryPath }),
);

/** A few things done to a tree, as a function so that the tree and its perturbations shrink independently. */
export const arbitraryPerturbation: fc.Arbitrary<(tree: Tree) => Tree> = fc
  .array(arbitraryStep, { maxLength: 6 })
  .map((steps) => {
    const perturb = (tree: Tree): Tree => steps.reduce(perform, tree);
    return Object.assign(perturb, { toString: () => JSON.stringify(steps) });
  });

function perform(tree: Tree, step: Step): Tree {
  const editor = new TreeEditor(tree);
  if (step.kind === 'put') {
    if (canHold(tree, step.path)) editor.set(step.path, step.node);
    return editor.tree();
  }
  const paths = [...entriesOf(tree)].map(([path]) => path);
  const path = paths[step.at % paths.length];
  if (path === undefined) return tree;
  if (step.kind === 'remove') editor.remove(path);
  else if (step.kind === 'edit') editor.set(path, step.node);
  else if (canHold(tree, step.to) && nodeAt(tree, step.to) === undefined) editor.rename(path, step.to);
  return editor.tree();
}

/** Whether all parents of a path are folders or missing. */
function canHold(tree: Tree, path: WirePath): boolean {
  const names = path.split('/');
  for (let i = 1; i < names.length; i++) {
    const kind = nodeAt(tree, names.slice(0, i).join('/') as WirePath)?.kind;
    if (kind === 'file' || kind === 'link') return false;
  }
  return true;
}
