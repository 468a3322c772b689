import { styleText } from 'node:util';
import { ERRORS, SynclineError } from '../../../server/protocol/errors.ts';

/** Where text goes; `process.stdout` and `process.stderr` fit. */
export interface TextStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface OutputOptions {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  /** Lines of JSON on stdout instead of text for a person. */
  readonly json: boolean;
  /** Show stack traces; for the authors alone. */
  readonly debug: boolean;
  readonly colors: boolean;
}

type Style = Parameters<typeof styleText>[0];

/**
 * All that a command says. In JSON mode stdout carries one object per line and nothing else; otherwise results are text on
 * stdout. Notes, errors and progress for a person go to stderr, so that results can be piped.
 */
export class Output {
  readonly json: boolean;
  readonly stderr: TextStream;
  readonly #options: OutputOptions;

  constructor(options: OutputOptions) {
    this.#options = options;
    this.json = options.json;
    this.stderr = options.stderr;
  }

  /** Whether a person watches the progress. */
  get interactive(): boolean {
    return !this.json && this.stderr.isTTY === true;
  }

  /** A result: an object for scripts, lines for a person. */
  result(object: object, lines: string | readonly string[]): void {
    if (this.json) this.event(object);
    else for (const line of typeof lines === 'string' ? [lines] : lines) this.line(line);
  }

  /** For scripts alone. */
  event(object: object): void {
    if (this.json) this.#options.stdout.write(`${JSON.stringify(object)}\n`);
  }

  /** A line of the result, for a person alone. */
  line(text: string): void {
    if (!this.json) this.#options.stdout.write(`${text}\n`);
  }

  /** Something beside the result, for a person alone. */
  note(text: string): void {
    if (!this.json) this.stderr.write(`${text}\n`);
  }

  style(style: Style, text: string): string {
    return this.#options.colors && !this.json ? styleText(style, text, { validateStream: false }) : text;
  }

  /** The one line (or JSON line) with which a command fails. */
  error(error: unknown): void {
    const failure = SynclineError.from(error);
    const message = sentence(failure);
    if (this.json) this.event({ event: 'error', code: failure.code, message, ...failure.data });
    else this.stderr.write(`${this.style('red', 'Error:')} ${message}\n`);
    if (this.#options.debug) this.stderr.write(`${stackOf(failure)}\n`);
  }
}

/** What failed and why, and what to do next where the message does not say so itself. */
function sentence(error: SynclineError): string {
  if (error.code !== 'Internal') return oneLine(error.message);
  const cause = error.cause instanceof Error ? error.cause.message : '';
  const hint = 'Set SYNCLINE_DEBUG=1 for the details.';
  return oneLine(
    cause ? `Something went wrong inside: ${cause}. ${hint}` : `${error.message || ERRORS.Internal.message} ${hint}`,
  );
}

const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ');

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\nCaused by: ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
