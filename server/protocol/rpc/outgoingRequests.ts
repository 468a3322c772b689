import {
  CancellationTokenSource,
  ErrorCodes,
  type MessageConnection,
  ParameterStructures,
  type ResponseError,
} from 'vscode-jsonrpc/node';
import { isErrorName, SynclineError } from '../errors.ts';
import type { ParamsOf, RequestMessage, ResultOf } from '../messages/message.ts';
import type { RequestOptions } from '../peer.ts';
import { abortReason } from './abortReason.ts';
import { checkResult } from './checkValue.ts';
import { type ProgressToken, ProgressTokens } from './progressTokens.ts';
import { fromWireError } from './wireError.ts';

/** The requests of this side. Each ends: by its answer, its deadline, its signal, or with the connection. */
export class OutgoingRequests {
  readonly progress = new ProgressTokens();
  readonly #connection: MessageConnection;
  #ended: SynclineError | undefined;

  constructor(connection: MessageConnection) {
    this.#connection = connection;
  }

  /** From now on every request fails with `error`, as do those that are pending once the connection is disposed. */
  end(error: SynclineError): void {
    this.#ended = error;
  }

  send<M extends RequestMessage>(message: M, params: ParamsOf<M>, options: RequestOptions): Promise<ResultOf<M>> {
    const { signal, onProgress, deadlineMs = message.deadlineMs } = options;
    if (this.#ended) return Promise.reject(this.#ended);
    if (signal?.aborted) return Promise.reject(abortReason(signal));
    return new Promise<ResultOf<M>>((resolve, reject) => {
      const cancellation = new CancellationTokenSource();
      let timer: NodeJS.Timeout | undefined;
      let token: ProgressToken | undefined;
      const settled = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        if (token !== undefined) this.progress.remove(token);
      };
      const giveUp = (error: SynclineError): void => {
        settled();
        reject(error);
        // after the connection's end there is nobody left to tell
        if (!this.#ended) cancellation.cancel();
      };
      const onAbort = (): void => giveUp(abortReason(signal));
      const startTimer = (): void => {
        clearTimeout(timer);
        if (deadlineMs > 0) timer = setTimeout(() => giveUp(new SynclineError('DeadlineExceeded')), deadlineMs);
      };
      if (onProgress) {
        token = this.progress.add((report) => {
          startTimer();
          onProgress(report);
        });
      }
      signal?.addEventListener('abort', onAbort, { once: true });
      startTimer();
      const sent = token === undefined ? params : { ...(params as object), progressToken: token };
      this.#connection.sendRequest<unknown>(message.method, ParameterStructures.byName, sent, cancellation.token).then(
        (result) => {
          settled();
          try {
            resolve(checkResult(message.result, result, message.method) as ResultOf<M>);
          } catch (error) {
            reject(SynclineError.from(error));
          }
        },
        (reason: unknown) => {
          settled();
          // nothing else rejects a request
          const error = reason as ResponseError<unknown>;
          reject(this.#ended ?? (error.code === ErrorCodes.MessageWriteError ? notSent(error) : fromWireError(error)));
        },
      );
    });
  }
}

/** The message is the name of the error for which the writer did not send it. */
const notSent = ({ message }: Error): SynclineError => new SynclineError(isErrorName(message) ? message : 'Internal');
