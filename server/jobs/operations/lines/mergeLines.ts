import type { LineOrder, Row } from './lineOrder.ts';

interface Source {
  readonly rows: Iterator<Row>;
  row: Row;
  /** Position among the sources: of equal rows the one of the earlier source comes first. */
  readonly rank: number;
}

/**
 * Merges sorted sequences of rows into one, by a binary heap of their heads: n log k comparisons for n rows of k sources
 * (Knuth, The Art of Computer Programming, volume 3, section 5.4.1).
 */
export function* mergeLines(sources: readonly Iterable<Row>[], compare: LineOrder['compare']): Generator<Row> {
  const heap: Source[] = [];
  for (const [rank, rows] of sources.entries()) {
    const iterator = rows[Symbol.iterator]();
    const head = iterator.next();
    if (!head.done) heap.push({ rows: iterator, row: head.value, rank });
  }
  const before = (a: Source, b: Source): boolean => (compare(a.row, b.row) || a.rank - b.rank) < 0;
  for (let at = (heap.length >> 1) - 1; at >= 0; at--) sink(heap, at, before);
  for (let top = heap[0]; top; top = heap[0]) {
    yield top.row;
    const next = top.rows.next();
    if (!next.done) top.row = next.value;
    else {
      const last = heap.pop();
      if (last === undefined || heap.length === 0) return;
      heap[0] = last;
    }
    sink(heap, 0, before);
  }
}

function sink(heap: Source[], from: number, before: (a: Source, b: Source) => boolean): void {
  const moving = heap[from];
  if (!moving) return;
  let at = from;
  for (;;) {
    const left = 2 * at + 1;
    let child = heap[left];
    if (!child) break;
    let childAt = left;
    const right = heap[left + 1];
    if (right && before(right, child)) [child, childAt] = [right, left + 1];
    if (!before(child, moving)) break;
    heap[at] = child;
    at = childAt;
  }
  heap[at] = moving;
}
