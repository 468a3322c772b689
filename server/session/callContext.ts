import type { RequestHandlers, requestsToServer } from '../protocol/messages/api.ts';
import type { ProgressReport } from '../protocol/messages/progress.ts';
import type { IncomingCall } from '../protocol/peer.ts';
import type { Session } from './session.ts';

/** What a handler is told beside the parameters of a request. */
export interface CallContext extends IncomingCall {
  readonly session: Session;
}

/** A call of a session. Its signal is asked for when a handler does: making one costs more than a small call. */
export class SessionCall implements CallContext {
  readonly session: Session;
  readonly #call: IncomingCall;

  constructor(session: Session, call: IncomingCall) {
    this.session = session;
    this.#call = call;
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }

  progress(report: ProgressReport): void {
    this.#call.progress(report);
  }
}

export type ServerHandlers = RequestHandlers<typeof requestsToServer, CallContext>;
