import type { Operation } from '../../../server/protocol/messages/files.ts';
import type { Change, Cursor } from '../../../server/protocol/messages/values.ts';
import type { RemoteState } from '../base/baseStore.ts';
import { applyOperation } from '../tree/applyOperation.ts';
import { replaceInSlices } from '../inSlices.ts';
import { EMPTY_TREE, shareNodes, shareNodesInSteps, type Tree } from '../tree/tree.ts';
import { TreeEditor } from '../tree/treeEditor.ts';

/** An operation of ours that the server has carried out. */
export interface CommittedOperation {
  readonly operation: Operation;
  /** Of the last change it made. */
  readonly rev: number;
  /** How many it made; left out: one. */
  readonly changes?: number | undefined;
}

/**
 * What is known of the server's tree: a tree as of a cursor, which only the server's feed moves on, and on top of it what we
 * ourselves committed after that cursor. Both are kept apart because the feed tells our own operations once more, between
 * those of others, and a rename that is carried out twice is not the same as once.
 */
export class RemoteTree {
  #known: RemoteState | null;
  #own: readonly CommittedOperation[] = [];
  #view: Tree;

  constructor(known: RemoteState | null) {
    this.#known = known;
    this.#view = known?.tree ?? EMPTY_TREE;
  }

  /**
   * The tree as of a cursor, without what is not confirmed by the feed: for storing. The same object for as long as nothing
   * changes, so that a look that finds nothing new writes nothing.
   */
  get known(): RemoteState | null {
    return this.#known;
  }

  /** The best picture there is. */
  get view(): Tree {
    return this.#view;
  }

  /** The latest revision that the view shows. */
  get rev(): number {
    return Math.max(this.#known?.cursor.rev ?? 0, ...this.#own.map(({ rev }) => rev));
  }

  /**
   * Takes over the nodes of another tree where the two are equal, so that comparing them costs next to nothing from now on. What the
   * server tells meanwhile is taken in.
   */
  share(like: Tree, signal?: AbortSignal): Promise<void> {
    const set = (view: Tree): void => {
      if (this.#known?.tree === this.#view && view !== this.#view) this.#known = { ...this.#known, tree: view };
      this.#view = view;
    };
    return replaceInSlices({ get: () => this.#view, set }, (view) => shareNodesInSteps(view, like), signal);
  }

  /** A snapshot: everything known before is void. */
  reset(tree: Tree, cursor: Cursor): void {
    this.#know(shareNodes(tree, this.#view), cursor);
  }

  /** What the feed tells, from the known cursor up to another. */
  follow(changes: readonly Change[], cursor: Cursor): void {
    if (!this.#known) return;
    const editor = new TreeEditor(this.#known.tree);
    for (const change of changes) editor.apply(change);
    this.#know(editor.tree(), cursor);
  }

  /**
   * What we committed, in order; `cursor` is where the share stood afterwards. When nobody else changed anything meanwhile,
   * which the dense revisions show, the feed has nothing to add and is not needed.
   */
  committed(all: readonly CommittedOperation[], cursor: Cursor): void {
    // the feed may have been faster than the answer
    const known = this.#known?.cursor;
    const operations = known?.epoch === cursor.epoch ? all.filter(({ rev }) => rev > known.rev) : all;
    if (operations.length === 0 && all.length > 0) return;
    const isFeed = this.#known !== null && this.#own.length === 0 && areAllChanges(operations, cursor, this.#known);
    const editor = new TreeEditor(this.#view);
    for (const { operation } of operations) applyOperation(editor, operation);
    if (isFeed) return this.#know(editor.tree(), cursor);
    this.#own = [...this.#own, ...operations];
    this.#view = editor.tree();
  }

  #know(tree: Tree, cursor: Cursor): void {
    const isSameEpoch = cursor.epoch === this.#known?.cursor.epoch;
    if (isSameEpoch && cursor.rev === this.#known?.cursor.rev && tree === this.#known.tree) return;
    this.#known = { tree, cursor };
    this.#own = isSameEpoch ? this.#own.filter(({ rev }) => rev > cursor.rev) : [];
    if (this.#own.length === 0) {
      this.#view = shareNodes(tree, this.#view);
      this.#known = { tree: this.#view, cursor };
      return;
    }
    const editor = new TreeEditor(tree);
    for (const { operation } of this.#own) applyOperation(editor, operation);
    this.#view = shareNodes(editor.tree(), this.#view);
  }
}

/** Whether nothing but these operations has happened up to `cursor`: revisions are dense, and their changes are all there are. */
function areAllChanges(
  operations: readonly CommittedOperation[],
  cursor: Cursor,
  { cursor: known }: RemoteState,
): boolean {
  let last = known.rev;
  for (const { rev, changes = 1 } of operations) {
    last += changes;
    if (changes > 0 && rev !== last) return false;
  }
  return cursor.epoch === known.epoch && cursor.rev === last;
}
