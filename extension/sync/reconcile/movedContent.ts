import type { ContentId } from '../../../server/protocol/contentId.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import { STEP, type Steps } from '../inSlices.ts';
import { childPath, childrenOf, type Tree, type TreeNode } from '../tree/tree.ts';

/** A file that is not where it was, or is where it was not: its path and what it holds. */
export interface PlacedContent {
  /** Undefined for the root. */
  readonly folder: WirePath | undefined;
  readonly name: string;
  readonly content: ContentId;
}

export const pathOf = ({ folder, name }: PlacedContent): WirePath => childPath(folder, name);

/** How a tree differs from the base, as far as moves are concerned. */
export interface MovedContent {
  /** Files of the base whose content is no longer at their path. */
  readonly gone: readonly PlacedContent[];
  /** Files of the tree whose content was not at their path. */
  readonly come: readonly PlacedContent[];
}

/** Walks only where the two trees are not one and the same node. */
export function* movedContent(base: Tree, tree: Tree): Steps<MovedContent> {
  const gone: PlacedContent[] = [];
  const come: PlacedContent[] = [];
  let names = 0;
  if (base !== tree) yield* compare(undefined, base, tree);
  return { gone, come };

  function* compare(folder: WirePath | undefined, before: Node, after: Node): Steps<void> {
    yield;
    const [old, now] = [childrenOf(before), childrenOf(after)];
    for (const [name, node] of old) {
      if (++names % STEP === 0) yield;
      if (now.get(name) !== node) yield* child(folder, name, node, now.get(name));
    }
    for (const [name, node] of now) {
      if (++names % STEP === 0) yield;
      if (!old.has(name)) yield* child(folder, name, undefined, node);
    }
  }

  function* child(folder: WirePath | undefined, name: string, before: Node, after: Node): Steps<void> {
    const [old, now] = [contentOf(before), contentOf(after)];
    if (old !== now) {
      if (old) gone.push({ folder, name, content: old });
      if (now) come.push({ folder, name, content: now });
    }
    if (before?.kind === 'directory' || after?.kind === 'directory')
      yield* compare(childPath(folder, name), before, after);
  }
}

type Node = TreeNode | undefined;

const contentOf = (node: Node): ContentId | undefined => (node?.kind === 'file' ? node.content : undefined);
