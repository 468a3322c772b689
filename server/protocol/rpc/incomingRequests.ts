import type { CancellationToken, MessageConnection } from 'vscode-jsonrpc/node';
import { SynclineError } from '../errors.ts';
import type { RequestHandlers } from '../messages/api.ts';
import type { RequestMessage } from '../messages/message.ts';
import type { ProgressReport } from '../messages/progress.ts';
import type { Door, IncomingCall } from '../peer.ts';
import { AnsweredCall } from './answeredCall.ts';
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
  readonly #calls = new Set<AnsweredCall>();

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
    { admit, refused }: Door,
  ): void {
    for (const [name, message] of Object.entries(requests)) {
      // the one place where a message and its handler are brought together without the compiler's help
      const handler = handlers[name] as (params: unknown, context: C) => Promise<unknown>;
      const begin = (params: Params, call: IncomingCall): Promise<unknown> => {
        let checked: unknown;
        try {
          admit?.(message);
          checked = checkParams(message.params, params);
        } catch (error) {
          refused?.(message, SynclineError.from(error).code);
          throw error;
        }
        return handler(checked, contextOf(message, call));
      };
      this.#connection.onRequest(message.method, (given: Params, cancellation: CancellationToken) =>
        this.#answer(message, given, cancellation, begin),
      );
    }
  }

  /** The connection has ended: vscode-jsonrpc would let the handlers run on. */
  end(reason: SynclineError): void {
    for (const call of this.#calls) call.abort(reason);
    this.#calls.clear();
  }

  async #answer(
    message: RequestMessage,
    given: Params,
    cancellation: CancellationToken,
    begin: (params: Params, call: IncomingCall) => Promise<unknown>,
  ): Promise<unknown> {
    let call: AnsweredCall | undefined;
    try {
      const { params, token } = splitToken(given);
      call = new AnsweredCall(
        cancellation,
        token === undefined ? undefined : (report) => this.#sendProgress(token, report),
      );
      if (call.reason) throw call.reason;
      this.#calls.add(call);
      return await begin(params, call);
    } catch (error) {
      const told = call?.reason && isAbort(error) ? call.reason : error;
      if (!(told instanceof SynclineError)) this.#log('requestFailed', { method: message.method, error });
      throw toWireError(told);
    } finally {
      if (call) {
        call.answered();
        this.#calls.delete(call);
      }
    }
  }
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';
