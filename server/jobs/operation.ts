import type { ContentId } from '../protocol/contentId.ts';
import type { Schema } from '../protocol/messages/message.ts';
import type { WirePath } from '../protocol/wirePath.ts';

interface Described<P, R> {
  readonly name: string;
  /** One sentence for a person. */
  readonly summary: string;
  /** Checks the shape of the parameters. Must not look at every element of a long list: that is the work of `run`. */
  readonly params: Schema<P>;
  readonly result: Schema<R>;
}

/**
 * One thing that a job can run on values. A pure function of its parameters: no files, no clock, no network, so it may run on
 * the event loop, in a worker thread, or twice, and answers the same each time.
 */
export interface ValueOperation<P = unknown, R = unknown> extends Described<P, R> {
  /** Whether `run` on these takes at most about two milliseconds, so that it may run on the event loop. */
  quick(params: P): boolean;

  /**
   * @param report takes the fraction done, 0 to 1.
   * @throws SynclineError `InvalidParams`, with `index` when one element is to blame.
   */
  run(params: P, report: ReportFraction): R;
}

/**
 * One thing that a job can run on a file of a share. It sees private copies alone, in a worker thread; what it writes becomes a
 * file of the share by a commit afterwards. It may run twice.
 */
export interface FileOperation<P = unknown> extends Described<P, FileOutcome & { readonly path: WirePath }> {
  target(params: P): FileTarget;

  /** Reads `files.input` and writes `files.output`. Memory is bounded whatever the size; scratch files need no clearing up. */
  run(params: P, report: ReportFraction, files: WorkFiles): FileOutcome;
}

export type Operation = ValueOperation | FileOperation;

export const isFileOperation = (operation: Operation): operation is FileOperation => 'target' in operation;

/** What an operation reads and what it replaces. */
export interface FileTarget {
  readonly share: string;
  readonly from: WirePath;
  readonly to: WirePath;
}

/** Names on the machine's disk. `scratch` is an empty folder of the job's own. */
export interface WorkFiles {
  readonly input: string;
  readonly output: string;
  readonly scratch: string;
}

export interface FileOutcome {
  readonly content: ContentId;
  readonly size: number;
  readonly lines: number;
}

export type ReportFraction = (fraction: number) => void;
