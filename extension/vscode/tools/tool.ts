import type { SideDifference } from '../../sync/compareSides.ts';
import type { RemoteFiles } from '../../connect/remoteFiles.ts';
import type { JobClient } from '../../jobs/jobClient.ts';

/** What language models may call, by name; package.json describes each, and a test holds both lists together. */
export const TOOL_NAMES = [
  'syncline_list_files',
  'syncline_read_file',
  'syncline_list_versions',
  'syncline_compare',
  'syncline_restore',
  'syncline_run_job',
] as const;

export type ToolName = (typeof TOOL_NAMES)[number];

/**
 * One tool. What it gives is text, bounded by {@link MOST_TEXT}, and what goes wrong is thrown as a coded error whose message the
 * model reads. `input` has been checked by the editor against the schema in package.json.
 */
export interface Tool<T> {
  /** What is going on, while it runs. */
  doing(input: T): string;
  /**
   * What a person is asked before, for a tool that writes or runs anything; it may look, and changes nothing. Left out: the
   * tool only reads.
   */
  question?(input: T, signal: AbortSignal): Promise<Question>;
  run(input: T, signal: AbortSignal): Promise<string>;
}

export interface Question {
  readonly title: string;
  readonly detail: string;
}

/** Longest text that a tool gives, characters; whoever wants more asks for the next part. */
export const MOST_TEXT = 60_000;

/** What tools work with. */
export interface ToolWorld {
  /** The connected place of this address, or the only one. @throws SynclineError `Usage`, naming those there are */
  place(address: string | undefined): Promise<ToolPlace>;
  /** The synced folder of this name, or the only one. @throws SynclineError `Usage` */
  folder(name: string | undefined): ToolFolder;
}

export interface ToolPlace {
  readonly address: string;
  /** Paths count from the place, not from the share. */
  readonly files: RemoteFiles;
  readonly jobs: JobClient;
  /** Resolves when a job with these parameters may be submitted. @throws SynclineError `Cancelled` */
  mayRun(params: unknown): Promise<void>;
}

export interface ToolFolder {
  readonly name: string;
  /** Absolute path on this machine. */
  readonly root: string;
  readonly address: string;
  /** Where both sides differ, by path from the folder; undefined while nobody has looked at both. */
  compare(): Promise<ReadonlyMap<string, SideDifference> | undefined>;
}
