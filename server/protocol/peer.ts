import {
  createMessageConnection,
  type Message,
  type MessageConnection,
  ParameterStructures,
} from 'vscode-jsonrpc/node';
import { type ErrorName, ERRORS, SynclineError } from './errors.ts';
import { LINK_HIGH_WATER, LINK_OVERFLOW, MAX_MESSAGE_BYTES, MAX_PARALLEL_REQUESTS, MAX_REQUESTS } from './limits.ts';
import { closeReasonOf, errorOfClose } from './link/closeReason.ts';
import type { Link } from './link/link.ts';
import type { RequestHandlers } from './messages/api.ts';
import * as content from './messages/content.ts';
import type { NotificationMessage, ParamsOf, RequestMessage, ResultOf } from './messages/message.ts';
import type { ProgressReport } from './messages/progress.ts';
import type { Limits } from './messages/session.ts';
import { checkParams } from './rpc/checkValue.ts';
import { IncomingRequests } from './rpc/incomingRequests.ts';
import { FedReader, SendingWriter } from './rpc/linkMessages.ts';
import { OutgoingRequests } from './rpc/outgoingRequests.ts';
import type { ProgressToken } from './rpc/progressTokens.ts';
import { type IncomingMessage, type MessageId, type Params, readMessage } from './rpc/readMessage.ts';
import { TransferTable } from './transfer/transferTable.ts';

export interface PeerOptions {
  /** Requests of the other side that are worked on at a time; further ones wait in line. */
  readonly maxParallelism?: number;
  /** Requests of the other side that may be under way or in line; the next is answered `TooMany`. */
  readonly maxRequests?: number;
  /** Whether binary frames are welcome yet. Until they are, the first one ends the connection. */
  readonly acceptFrames?: () => boolean;
  /** Told of everything that goes wrong and is not the caller's to handle. `data` may name paths: for the local log only. */
  readonly log?: (event: string, data: object) => void;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
  /** How long to wait for the answer, or for the next sign of progress. 0: for ever. Default: what the message says. */
  readonly deadlineMs?: number;
  readonly onProgress?: (report: ProgressReport) => void;
}

/** One request of the other side while it is being worked on. */
export interface IncomingCall {
  /** Aborted when the caller cancels and when the connection ends; the reason is a `SynclineError`. */
  readonly signal: AbortSignal;
  /** Tells the caller, if it asked to be told. Reports are dropped while the link is congested. */
  progress(report: ProgressReport): void;
}

/** What a request has to pass before its handler is called. */
export interface Door {
  /** Asked first, before the params are looked at; throws what the caller is told (`HelloRequired`, `Forbidden`). */
  readonly admit?: (message: RequestMessage) => void;
  /** Told of a request whose handler was not called: `admit` threw, or its params are wrong. */
  readonly refused?: (message: RequestMessage, code: ErrorName) => void;
}

/**
 * One end of a connection: JSON-RPC in the text frames of a link, transfers in its binary frames. The same class serves both
 * ends; either side may call the other.
 *
 * Requests of the other side are begun in the order of their arrival and then run side by side. Notifications and answers
 * are handled at once, in order, ahead of requests that wait in line. A binary frame may be handled before a request that
 * was sent ahead of it.
 */
export class Peer {
  readonly transfers: TransferTable;
  /** Resolves when the connection has ended: null after a normal end, else the reason. Never rejects. */
  readonly closed: Promise<SynclineError | null>;

  readonly #link: Link;
  readonly #connection: MessageConnection;
  readonly #outgoing: OutgoingRequests;
  readonly #incoming: IncomingRequests;
  readonly #reader = new FedReader();
  readonly #log: (event: string, data: object) => void;
  readonly #maxRequests: number;
  readonly #acceptFrames: () => boolean;
  /** Ids of incoming requests that are not answered yet, as text because vscode-jsonrpc takes 1 and "1" for the same. */
  readonly #underWay = new Set<string>();
  readonly #notified = new Map<string, (params: Params) => void>();
  #messageBytes = MAX_MESSAGE_BYTES;
  #ended: SynclineError | undefined;
  #settle!: (error: SynclineError | null) => void;

  constructor(link: Link, options: PeerOptions = {}) {
    this.#link = link;
    this.#log = options.log ?? (() => {});
    this.#maxRequests = options.maxRequests ?? MAX_REQUESTS;
    this.#acceptFrames = options.acceptFrames ?? (() => true);
    this.closed = new Promise((resolve) => (this.#settle = resolve));
    this.transfers = new TransferTable({
      sendFrame: (frame, released) => this.#sendFrame(frame, released),
      drained: () => link.drained(),
      grant: (transfer, upTo) => this.notify(content.credit, { transfer, upTo }),
      cancel: (transfer) => this.notify(content.cancel, { transfer }),
      log: this.#log,
    });
    const logger = { error: (text: string) => this.#log('rpc', { text }), warn() {}, info() {}, log() {} };
    this.#connection = createMessageConnection(this.#reader, new SendingWriter((m) => this.#write(m)), logger, {
      maxParallelism: options.maxParallelism ?? MAX_PARALLEL_REQUESTS,
    });
    this.#outgoing = new OutgoingRequests((message) => this.#sendText(this.#textOf(message)));
    this.#incoming = new IncomingRequests({
      connection: this.#connection,
      sendProgress: (token, report) => this.#sendProgress(token, report),
      log: this.#log,
    });
    this.onNotification(content.credit, ({ transfer, upTo }) => this.transfers.credited(transfer, upTo));
    this.onNotification(content.cancel, ({ transfer }) => this.transfers.cancelled(transfer));
  }

  /** Requests of the other side that are not answered yet. */
  get busy(): number {
    return this.#underWay.size;
  }

  /** Bytes carried so far. */
  get traffic(): { readonly sent: number; readonly received: number } {
    return { sent: this.#link.sentBytes, received: this.#link.receivedBytes };
  }

  /** Keeps to what the server has announced at hello, on either side; more than this build's own limits it never allows. */
  agree(limits: Limits): void {
    this.transfers.agree(limits);
    this.#messageBytes = Math.min(MAX_MESSAGE_BYTES, limits.messageBytes);
  }

  /** Resolves when the link can take more: for those who would otherwise notify without bound. */
  drained(): Promise<void> {
    return this.#link.drained();
  }

  /** Starts delivery; everything that answers must have been registered before. */
  listen(): void {
    this.#connection.listen();
    this.#link.listen({
      text: (text) => this.#receive(readMessage(text)),
      binary: (frame) => this.#receiveFrame(frame),
      closed: (reason) => this.#finish(errorOfClose(reason)),
    });
  }

  /**
   * Asks the other side. Rejects with a `SynclineError` only: the other side's own, `Cancelled`, `DeadlineExceeded`, or the
   * reason for which the connection ended (`ConnectionLost` unless it said another).
   */
  request<M extends RequestMessage>(
    message: M,
    params: ParamsOf<M>,
    options: RequestOptions = {},
  ): Promise<ResultOf<M>> {
    return this.#outgoing.send(message, params, options);
  }

  /** Tells the other side; dropped when the connection has ended. */
  notify<M extends NotificationMessage>(message: M, params: ParamsOf<M>): void {
    if (this.#ended) return;
    this.#connection
      .sendNotification(message.method, ParameterStructures.byName, params)
      .catch((error: unknown) => this.#log('notificationNotSent', { method: message.method, error }));
  }

  /**
   * Answers every request of the map. Handlers may throw anything: see `toWireError`.
   */
  serve<R extends Readonly<Record<string, RequestMessage>>, C>(
    requests: R,
    handlers: RequestHandlers<R, C>,
    contextOf: (message: RequestMessage, call: IncomingCall) => C,
    door: Door = {},
  ): void {
    this.#incoming.serve(requests, handlers, contextOf, door);
  }

  /** Handlers run at once and in order. What one throws is logged; params that fail their check are logged and dropped. */
  onNotification<M extends NotificationMessage>(message: M, handler: (params: ParamsOf<M>) => void): void {
    this.#notified.set(message.method, (params) => handler(checkParams(message.params, params) as ParamsOf<M>));
  }

  /** Ends the connection and tells the other side why. What is still under way on either side fails. */
  close(error: SynclineError | null = null): void {
    if (this.#ended) return;
    this.#link.close(closeReasonOf(error));
    this.#finish(error);
  }

  #receive(message: IncomingMessage): void {
    if (this.#ended) return;
    switch (message.kind) {
      case 'request':
        this.#accept(message);
        break;
      case 'response':
        this.#outgoing.receive(message.id, message.body);
        break;
      case 'notification':
        this.#receiveNotification(message.method, message.params);
        break;
      case 'fault':
        this.#log('badMessage', { code: message.code, message: message.message });
        if (message.answer) this.#refuse(message.answer.id, message.code, message.message);
        break;
    }
  }

  #accept({ id, method, params }: { id: MessageId; method: string; params: Params }): void {
    const key = String(id);
    if (this.#underWay.has(key)) this.#refuse(id, 'InvalidRequest', 'A request with this id is under way.');
    else if (this.#underWay.size >= this.#maxRequests) this.#refuse(id, 'TooMany');
    else {
      this.#underWay.add(key);
      this.#feed({ jsonrpc: '2.0', id, method, params });
    }
  }

  #receiveNotification(method: string, params: Params): void {
    try {
      if (method === '$/progress') this.#outgoing.progress.receive(params);
      else if (method === '$/cancelRequest') {
        const { id } = params;
        if (typeof id !== 'string' && typeof id !== 'number') throw new SynclineError('InvalidParams');
        if (this.#underWay.has(String(id))) this.#feed({ jsonrpc: '2.0', method, params: { id } });
      } else {
        const handler = this.#notified.get(method);
        if (handler) handler(params);
        else this.#log('unknownNotification', { method: method.slice(0, 100) });
      }
    } catch (error) {
      this.#log('notificationFailed', { method: method.slice(0, 100), error });
    }
  }

  #receiveFrame(frame: Uint8Array): void {
    if (this.#ended) return;
    if (this.#acceptFrames()) this.transfers.receive(frame);
    else this.close(new SynclineError('HelloRequired'));
  }

  /** vscode-jsonrpc throws out of here for some messages; a throw in a socket's event handler would end the process. */
  #feed(message: Message & Readonly<Record<string, unknown>>): void {
    try {
      this.#reader.feed(message);
    } catch (error) {
      this.#log('rpc', { error });
    }
  }

  #refuse(id: MessageId | null, code: ErrorName, message: string = ERRORS[code].message): void {
    this.#sendText(JSON.stringify({ jsonrpc: '2.0', id, error: { code: ERRORS[code].code, message } }));
  }

  #sendProgress(token: ProgressToken, value: ProgressReport): void {
    if (this.#ended || this.#link.bufferedBytes > LINK_HIGH_WATER) return;
    this.#sendText(JSON.stringify({ jsonrpc: '2.0', method: '$/progress', params: { token, value } }));
  }

  /** Everything vscode-jsonrpc sends. An answer holds its place among the parallel requests until the link has drained. */
  async #write(message: Message): Promise<void> {
    const { id, method } = message as { id?: MessageId; method?: string };
    const isAnswer = method === undefined && id !== undefined;
    if (isAnswer) this.#underWay.delete(String(id));
    let text: string;
    try {
      text = this.#textOf(message);
    } catch (error) {
      // vscode-jsonrpc keeps the message of what is thrown here and nothing else of it
      if (!isAnswer) throw new Error(SynclineError.from(error).code, { cause: error });
      this.#log('answerNotSent', { error });
      this.#refuse(id, error instanceof SynclineError ? error.code : 'Internal');
      return;
    }
    this.#sendText(text);
    if (isAnswer) await this.#link.drained();
  }

  /** @throws SynclineError `TooLarge`; whatever JSON makes of what it cannot write. */
  #textOf(message: object): string {
    const text = JSON.stringify(message);
    if (text.length * 3 > this.#messageBytes && Buffer.byteLength(text) > this.#messageBytes) {
      throw new SynclineError('TooLarge');
    }
    return text;
  }

  #sendText(text: string): void {
    this.#link.sendText(text);
    this.#checkOverflow();
  }

  #sendFrame(frame: Uint8Array, released?: () => void): void {
    this.#link.sendBinary(frame, released);
    this.#checkOverflow();
  }

  #checkOverflow(): void {
    if (this.#link.bufferedBytes > LINK_OVERFLOW)
      this.close(new SynclineError('TooMany', 'The other side does not read.'));
  }

  #finish(error: SynclineError | null): void {
    if (this.#ended) return;
    const reason = error ?? new SynclineError('ConnectionLost');
    this.#ended = reason;
    this.#outgoing.end(reason);
    this.#incoming.end(reason);
    this.#underWay.clear();
    // without it pending requests would wait for ever
    this.#connection.dispose();
    this.transfers.close(reason);
    this.#settle(error);
  }
}
