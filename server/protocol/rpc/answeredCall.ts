import type { CancellationToken } from 'vscode-jsonrpc/node';
import { SynclineError } from '../errors.ts';
import type { IncomingCall } from '../peer.ts';
import type { ProgressReport } from '../messages/progress.ts';

/** A request while it is being answered. Its signal is made when somebody asks for it: most calls are over before that. */
export class AnsweredCall implements IncomingCall {
  readonly #cancellation: CancellationToken;
  readonly #report: ((report: ProgressReport) => void) | undefined;
  #abort: AbortController | undefined;
  #reason: SynclineError | undefined;
  #answered = false;

  constructor(cancellation: CancellationToken, report: ((report: ProgressReport) => void) | undefined) {
    this.#cancellation = cancellation;
    this.#report = report;
    if (cancellation.isCancellationRequested) this.#reason = new SynclineError('Cancelled');
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.#reason) this.#abort.abort(this.#reason);
      else this.#cancellation.onCancellationRequested(() => this.abort(new SynclineError('Cancelled')));
    }
    return this.#abort.signal;
  }

  /** Why the call was given up, once it was. */
  get reason(): SynclineError | undefined {
    return this.#reason;
  }

  progress(report: ProgressReport): void {
    if (!this.#answered) this.#report?.(report);
  }

  abort(reason: SynclineError): void {
    this.#reason ??= reason;
    this.#abort?.abort(reason);
  }

  /** No report goes out behind the answer. */
  answered(): void {
    this.#answered = true;
  }
}
