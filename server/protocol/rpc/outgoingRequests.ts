import { SynclineError } from '../errors.ts';
import type { ParamsOf, RequestMessage, ResultOf } from '../messages/message.ts';
import type { RequestOptions } from '../peer.ts';
import { abortReason } from './abortReason.ts';
import { checkResult } from './checkValue.ts';
import { type ProgressToken, ProgressTokens } from './progressTokens.ts';
import type { MessageId, ResponseBody } from './readMessage.ts';
import { fromWireError } from './wireError.ts';

/** Sends a message. @throws SynclineError `TooLarge` or `Internal` when it cannot be sent. */
export type Send = (message: object) => void;

interface Pending {
  readonly message: RequestMessage;
  readonly resolve: (result: never) => void;
  readonly reject: (error: SynclineError) => void;
  readonly deadlineMs: number;
  timer: NodeJS.Timeout | undefined;
  /** Whose signal and progress it follows: most have neither. */
  signal: AbortSignal | undefined;
  onAbort: (() => void) | undefined;
  token: ProgressToken | undefined;
}

/** The requests of this side. Each ends: by its answer, its deadline, its signal, or with the connection. */
export class OutgoingRequests {
  readonly progress = new ProgressTokens();
  readonly #send: Send;
  readonly #pending = new Map<MessageId, Pending>();
  #nextId = 0;
  #ended: SynclineError | undefined;

  constructor(send: Send) {
    this.#send = send;
  }

  /** Every request fails with `error`, those that are pending and those to come. */
  end(error: SynclineError): void {
    this.#ended = error;
    for (const id of [...this.#pending.keys()]) this.#settled(id)?.reject(error);
  }

  send<M extends RequestMessage>(message: M, params: ParamsOf<M>, options: RequestOptions): Promise<ResultOf<M>> {
    if (this.#ended) return Promise.reject(this.#ended);
    if (options.signal?.aborted) return Promise.reject(abortReason(options.signal));
    return new Promise<ResultOf<M>>((resolve, reject) => {
      const id = this.#nextId++;
      const { deadlineMs = message.deadlineMs } = options;
      const pending: Pending = {
        message,
        resolve,
        reject,
        deadlineMs,
        timer: undefined,
        signal: undefined,
        onAbort: undefined,
        token: undefined,
      };
      this.#pending.set(id, pending);
      this.#startTimer(id, pending);
      const { signal, onProgress } = options;
      if (signal) this.#follow(id, pending, signal);
      let sent: unknown = params;
      if (onProgress) {
        pending.token = this.progress.add((report) => {
          this.#startTimer(id, pending);
          onProgress(report);
        });
        sent = { ...(params as object), progressToken: pending.token };
      }
      try {
        this.#send({ jsonrpc: '2.0', id, method: message.method, params: sent });
      } catch (error) {
        this.#settled(id)?.reject(SynclineError.from(error));
      }
    });
  }

  /** An answer has come. One to a request that is over, or that never was, is dropped. */
  receive(id: MessageId, body: ResponseBody): void {
    const pending = this.#settled(id);
    if (!pending) return;
    if ('error' in body) return pending.reject(fromWireError(body.error));
    try {
      pending.resolve(checkResult(pending.message.result, body.result, pending.message.method) as never);
    } catch (error) {
      pending.reject(SynclineError.from(error));
    }
  }

  #startTimer(id: number, pending: Pending): void {
    clearTimeout(pending.timer);
    if (pending.deadlineMs === 0) return;
    pending.timer = setTimeout(() => this.#giveUp(id, new SynclineError('DeadlineExceeded')), pending.deadlineMs);
  }

  #follow(id: number, pending: Pending, signal: AbortSignal): void {
    pending.signal = signal;
    pending.onAbort = () => this.#giveUp(id, abortReason(signal));
    signal.addEventListener('abort', pending.onAbort, { once: true });
  }

  #giveUp(id: number, error: SynclineError): void {
    const pending = this.#settled(id);
    if (!pending) return;
    pending.reject(error);
    this.#send({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id } });
  }

  #settled(id: MessageId): Pending | undefined {
    const pending = this.#pending.get(id);
    if (!pending) return undefined;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    if (pending.onAbort) pending.signal?.removeEventListener('abort', pending.onAbort);
    if (pending.token !== undefined) this.progress.remove(pending.token);
    return pending;
  }
}
