/** The value below which `share` (0 to 1) of the sorted values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** How long `work` takes, milliseconds. */
export async function time(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** One line of the report; `ratio` is ours to theirs where both measured the same. */
export interface Figure {
  readonly name: string;
  readonly ours: number;
  readonly theirs?: number | undefined;
  readonly unit: 'ms' | '/s';
  readonly note?: string;
}

export const ratioOf = ({ ours, theirs }: Figure): number | undefined =>
  theirs === undefined ? undefined : ours / theirs;

export function report(figures: readonly Figure[]): string[] {
  const number = (value: number): string =>
    value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(value >= 10 ? 1 : 2);
  const rows = figures.map((figure) => {
    const ratio = ratioOf(figure);
    return [
      figure.name,
      `${number(figure.ours)} ${figure.unit}`,
      figure.theirs === undefined ? '' : `${number(figure.theirs)} ${figure.unit}`,
      ratio === undefined ? '' : `${ratio.toFixed(2)}×`,
      figure.note ?? '',
    ];
  });
  const all = [['', 'Syncline', 'rsync', 'ratio', ''], ...rows];
  const widths = [0, 1, 2, 3].map((at) => Math.max(...all.map((row) => row[at]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, at) => (at === 0 || at === 4 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
