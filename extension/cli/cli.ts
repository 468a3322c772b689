import type { Command } from 'commander';
import type { Output, TextStream } from './output/output.ts';

/** What a command is given of the world. */
export interface Cli {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: TextStream;
  readonly out: Output;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  /** The exit status of a command that was told to end by a signal. */
  stopStatus(): number;
  /** Sets the exit status of a command that ends without an error. */
  exitWith(status: number): void;
}

/** Gives a command its arguments, options, examples and action. */
export type DefineCommand = (command: Command, cli: Cli) => void;

/** Examples as they stand at the end of a command's help. */
export function examples(...lines: readonly string[]): string {
  return ['', 'Examples:', ...lines.map((line) => `  ${line}`)].join('\n');
}
