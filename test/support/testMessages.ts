import * as v from 'valibot';
import { notification, request } from '../../server/protocol/messages/message.ts';
import { count, wirePath } from '../../server/protocol/messages/values.ts';

/** Messages for tests of the wire itself. */
export const testRequests = {
  echo: request('test/echo', {
    direction: 'both',
    right: null,
    params: v.strictObject({ text: v.string(), path: v.optional(wirePath) }),
    result: v.strictObject({ text: v.string() }),
  }),
  wait: request('test/wait', {
    direction: 'both',
    right: 'read',
    params: v.strictObject({}),
    result: v.strictObject({ done: v.boolean() }),
  }),
};

export const testNotification = notification('test/tell', 'both', v.strictObject({ number: count }));
