import type { CancellationToken, MessageConnection } from 'vscode-jsonrpc/node';
import { SynclineError } from '../errors.ts';
import type { RequestHandlers } from '../messages/api.ts';
import type { RequestMessage } from '../messages/message.ts';
import type { ProgressReport } from '../messages/progress.ts';
import type { IncomingCall } from '../peer.ts';
import { abortReason } from './abortReason.ts';
import { checkParams } from './checkValue.ts';
import { type ProgressToken, splitToken } from './progressTokens.ts';
import type { Params } from './readMessage.ts';
import { toWireError } from './wireError.ts';

interface Surroundings {
  readonly connection: MessageConnection;
  readonly sendProgress: (token: ProgressToken, report: ProgressReport) => void;
  readonly log: (event: string, data: object) => void;
}

/** The requests of the other side, from the dispatch to the answer. */
export class IncomingRequests {
  readonly #connection: MessageConnection;
  readonly #sendProgress: Surroundings['sendProgress'];
  readonly #log: Surroundings['log'];
  readonly #aborts = new Set<AbortController>();

  constructor({ connection, sendProgress, log }: Surroundings) {
    this.#connection = connection;
    this.#sendProgress = sendProgress;
    this.#log = log;
    connection.onRequest((method: string) => {
      throw toWireError(new SynclineError('UnknownMethod', undefined, { data: { field: method.slice(0, 100) } }));
    });
  }

  /** See `Peer.serve`. */
  serve<R extends Readonly<Record<string, RequestMessage>>, C>(
    requests: R,
    handlers: RequestHandlers<R, C>,
    contextOf: (message: RequestMessage, call: IncomingCall) => C,
    gate: (message: RequestMessage) => void,
  ): void {
    for (const [name, message] of Object.entries(requests)) {
      // the one place where a message and its handler are brought together without the compiler's help
      const handler = handlers[name] as (params: unknown, context: C) => Promise<unknown>;
      this.#connection.onRequest(message.method, (given: Params, cancellation: CancellationToken) =>
        this.#answer(message, given, cancellation, (params, call) => {
          gate(message);
          return handler(checkParams(message.params, params), contextOf(message, call));
        }),
      );
    }
  }

  /** The connection has ended: vscode-jsonrpc would let the handlers run on. */
  end(reason: SynclineError): void {
    for (const abort of this.#aborts) abort.abort(reason);
    this.#aborts.clear();
  }

  async #answer(
    message: RequestMessage,
    given: Params,
    cancellation: CancellationToken,
    work: (params: Params, call: IncomingCall) => Promise<unknown>,
  ): Promise<unknown> {
    const abort = new AbortController();
    const cancel = (): void => abort.abort(new SynclineError('Cancelled'));
    this.#aborts.add(abort);
    cancellation.onCancellationRequested(cancel);
    let answered = false;
    try {
      const { params, token } = splitToken(given);
      const progress = (report: ProgressReport): void => {
        if (token !== undefined && !answered) this.#sendProgress(token, report);
      };
      if (cancellation.isCancellationRequested) cancel();
      abort.signal.throwIfAborted();
      return await work(params, { signal: abort.signal, progress });
    } catch (error) {
      const told = abort.signal.aborted && isAbort(error) ? abortReason(abort.signal) : error;
      if (!(told instanceof SynclineError)) this.#log('requestFailed', { method: message.method, error });
      throw toWireError(told);
    } finally {
      answered = true;
      this.#aborts.delete(abort);
    }
  }
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';
