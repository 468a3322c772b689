import type { Random } from '../random.ts';
import type { DirectoryNode, Inode } from './inode.ts';

/** A name of a folder gets another meaning. */
export interface Change {
  readonly directory: DirectoryNode;
  readonly name: string;
  readonly before: Inode | null;
  readonly after: Inode | null;
}

interface Step {
  readonly seq: number;
  /** Happen together or not at all. */
  readonly changes: readonly Change[];
}

/** Changes of names that no sync has made durable yet. */
export class Journal {
  #pending: Step[] = [];
  #seq = 0;

  add(changes: readonly Change[]): void {
    this.#pending.push({ seq: ++this.#seq, changes });
  }

  /** A folder was synced: its names are durable, and with them whatever happened together with their changes. */
  sync(directory: DirectoryNode): void {
    const settled = new Set<Step>();
    for (const step of this.#pending)
      if (step.changes.some((each) => each.directory === directory)) this.#settle(step, settled);
    if (settled.size > 0) this.#pending = this.#pending.filter((step) => !settled.has(step));
  }

  /** The same on a file system that keeps the order of changes: what was changed before a folder's names is durable with them. */
  syncInOrder(directory: DirectoryNode): void {
    const last = this.#pending.findLastIndex(({ changes }) => changes.some((each) => each.directory === directory));
    for (const step of this.#pending.splice(0, last + 1)) apply(step);
  }

  /** Decides what of the rest made it to the disk. */
  powerCut(cut: 'nothing' | 'prefix', random: Random): void {
    const kept = cut === 'prefix' ? random.below(this.#pending.length + 1) : 0;
    for (const [i, step] of this.#pending.entries()) {
      if (i < kept && step.changes.every((each) => isPossible(each, step.seq))) apply(step);
    }
    this.#pending = [];
  }

  /** A folder or file that was moved before is durable in its new place only if the earlier moves are. */
  #settle(step: Step, settled: Set<Step>): void {
    if (settled.has(step)) return;
    settled.add(step);
    const moved = new Set(step.changes.flatMap(({ before, after }) => (before ? [before] : after ? [after] : [])));
    for (const earlier of this.#pending) {
      if (earlier.seq >= step.seq) break;
      if (earlier.changes.length > 1 && earlier.changes.some(({ after }) => after && moved.has(after)))
        this.#settle(earlier, settled);
    }
    apply(step);
  }
}

function isPossible({ directory, name, before }: Change, seq: number): boolean {
  const known = directory.durable.get(name);
  return (known?.inode ?? null) === before && (known?.seq ?? 0) < seq;
}

function apply({ seq, changes }: Step): void {
  for (const { directory, name, after } of changes) {
    const known = directory.durable.get(name);
    if (known === undefined || known.seq < seq) directory.durable.set(name, { inode: after, seq });
  }
}
