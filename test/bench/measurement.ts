import { quantile } from './figures.ts';

/** One row of the comparison's results, as far as it is used: one measurement of one peer. */
export interface Measurement {
  readonly ts: string;
  readonly workload: string;
  readonly link: string;
  readonly peer: string;
  readonly seconds?: number | null;
  /** Of saves: seconds of each. */
  readonly samples?: readonly number[];
  /** Of calls: what was called how many times. */
  readonly op?: string;
  readonly n?: number;
  /** Bytes on the wire, headers included. */
  readonly total?: number | null;
  readonly cpu?: number | null;
  readonly rssMB?: number | null;
  /** The share of the processors that went to something else. */
  readonly otherCpu?: number | null;
  readonly error?: string;
  readonly timedOut?: boolean;
  readonly na?: boolean;
  /** Whether both sides held the same afterwards. */
  readonly verified?: unknown;
}

/** What the measurements of one peer in one workload over one link come to. */
export interface Summary {
  readonly peer: string;
  readonly count: number;
  /** Seconds: the median, or of saves that of all of them. */
  readonly time: number;
  readonly least: number;
  readonly most: number;
  readonly wireBytes: number;
  readonly cpuSeconds: number;
  readonly memoryMb: number;
  readonly otherCpu: number;
}

/** Where a group of measurements belongs: `W1 lo`, `W8 lo sort 1000000`. */
export const groupOf = ({ workload, link, op, n }: Measurement): string =>
  [workload, link, ...(op === undefined ? [] : [op, String(n)])].join(' ');

/** The peers of one group, the fastest first. Failed and unfinished measurements do not count. */
export function summarize(rows: readonly Measurement[]): Summary[] {
  const counted = rows.filter(
    ({ error, timedOut, na, verified }) => !error && !timedOut && !na && (verified === undefined || verified === true),
  );
  const byPeer = Map.groupBy(counted, ({ peer }) => peer);
  return [...byPeer]
    .map(([peer, of]): Summary => {
      const times = of.flatMap(({ samples, seconds }) => samples ?? seconds ?? []);
      const middle = (pick: (row: Measurement) => number | null | undefined): number =>
        median(of.map((row) => pick(row) ?? Number.NaN));
      return {
        peer,
        count: times.length,
        time: median(times),
        least: quantile(times, 0),
        most: quantile(times, 1),
        wireBytes: middle(({ total }) => total),
        cpuSeconds: middle(({ cpu }) => cpu),
        memoryMb: middle(({ rssMB }) => rssMB),
        otherCpu: middle(({ otherCpu }) => otherCpu),
      };
    })
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.time - b.time);
}

/** Of an even number of values the one between the two in the middle. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const [below, above] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return below === undefined || above === undefined ? Number.NaN : (below + above) / 2;
}
