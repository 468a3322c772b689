import type { Schema } from '../protocol/messages/message.ts';

/**
 * One thing that a job can run. An operation is a pure function of its parameters: no files, no clock, no network, so it
 * may run on the event loop, in a worker thread, or twice, and answers the same each time.
 */
export interface Operation<P = unknown, R = unknown> {
  readonly name: string;
  /** One sentence for a person. */
  readonly summary: string;
  /** Checks the shape of the parameters. Must not look at every element of a long list: that is the work of `run`. */
  readonly params: Schema<P>;
  readonly result: Schema<R>;

  /** Whether `run` on these takes at most about two milliseconds, so that it may run on the event loop. */
  quick(params: P): boolean;

  /**
   * @param report takes the fraction done, 0 to 1.
   * @throws SynclineError `InvalidParams`, with `index` when one element is to blame.
   */
  run(params: P, report: ReportFraction): R;
}

export type ReportFraction = (fraction: number) => void;
