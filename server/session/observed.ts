import { type ErrorName, SynclineError } from '../protocol/errors.ts';
import { requestsToServer } from '../protocol/messages/api.ts';
import type { RequestMessage } from '../protocol/messages/message.ts';
import type { CallContext, ServerHandlers } from './callContext.ts';

type Handler = (params: unknown, context: CallContext) => Promise<unknown>;
type Observer = (message: RequestMessage, outcome: 'ok' | ErrorName, seconds: number) => void;

/** The same handlers, each telling afterwards how it ended and how long that took. */
export function observed(handlers: ServerHandlers, observe: Observer): ServerHandlers {
  const wrapped = Object.entries(requestsToServer).map(([name, message]) => [
    name,
    observedHandler(message, handlers[name as keyof ServerHandlers] as Handler, observe),
  ]);
  return Object.fromEntries(wrapped) as ServerHandlers;
}

function observedHandler(message: RequestMessage, handler: Handler, observe: Observer): Handler {
  return async (params, context) => {
    const begun = performance.now();
    let outcome: 'ok' | ErrorName = 'ok';
    try {
      return await handler(params, context);
    } catch (error) {
      outcome = SynclineError.from(error).code;
      throw error;
    } finally {
      observe(message, outcome, (performance.now() - begun) / 1000);
    }
  };
}
