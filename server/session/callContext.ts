import type { RequestHandlers, requestsToServer } from '../protocol/messages/api.ts';
import type { IncomingCall } from '../protocol/peer.ts';
import type { Session } from './session.ts';

/** What a handler is told beside the parameters of a request. */
export interface CallContext extends IncomingCall {
  readonly session: Session;
}

export type ServerHandlers = RequestHandlers<typeof requestsToServer, CallContext>;
