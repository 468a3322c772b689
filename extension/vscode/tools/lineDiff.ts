import { diffIndices } from 'node-diff3';

/** Longer texts are not compared line by line: that takes time that grows with the product of both. */
const MOST_LINES = 5_000;

/**
 * What differs between two texts, as in a unified diff without context: `@@ 3,2 → 3,1`, then `-` and `+` lines. Undefined where
 * they are too long to be compared.
 */
export function lineDiff(before: string, after: string): string | undefined {
  const [a, b] = [before.split('\n'), after.split('\n')];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const [from, to] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  if (from.length > MOST_LINES || to.length > MOST_LINES) return undefined;
  return diffIndices(from, to)
    .map(({ buffer1, buffer2, buffer1Content, buffer2Content }) =>
      [
        `@@ ${head + buffer1[0] + 1},${buffer1[1]} → ${head + buffer2[0] + 1},${buffer2[1]}`,
        ...buffer1Content.map((line) => `-${line}`),
        ...buffer2Content.map((line) => `+${line}`),
      ].join('\n'),
    )
    .join('\n');
}
