import type { Link, LinkClose, LinkReceiver } from '../../server/protocol/link/link.ts';
import { readContentFrame } from '../../server/protocol/contentFrame.ts';
import { hello } from '../../server/protocol/messages/session.ts';

/** Takes one line of the wire log: an object that fits on one line of JSON. */
export type WireLog = (line: object) => void;

type Way = 'sent' | 'received';

/** A longer message is told by its length alone. */
const SHOWN_BYTES = 1024 * 1024;

/**
 * A link that keeps a log of what it carries: a line for each message with method, id and params, and one for each transfer
 * when its last frame has gone by. The token of `session/hello` is left out.
 */
export function loggedLink(link: Link, log: WireLog): Link {
  const transfers = new Map<string, number>();

  const text = (way: Way, message: string): void => log({ way, bytes: message.length, ...summary(message) });

  const binary = (way: Way, bytes: Uint8Array): void => {
    try {
      const { transfer, payload, last } = readContentFrame(bytes);
      const key = `${way} ${transfer}`;
      const sum = (transfers.get(key) ?? 0) + payload.byteLength;
      if (!last) return void transfers.set(key, sum);
      transfers.delete(key);
      log({ way, transfer, bytes: sum });
    } catch {
      log({ way, malformed: true, bytes: bytes.byteLength });
    }
  };

  return {
    sendText(message) {
      text('sent', message);
      link.sendText(message);
    },
    sendBinary(frame) {
      binary('sent', frame);
      link.sendBinary(frame);
    },
    get bufferedBytes() {
      return link.bufferedBytes;
    },
    get sentBytes() {
      return link.sentBytes;
    },
    get receivedBytes() {
      return link.receivedBytes;
    },
    drained: () => link.drained(),
    listen(receiver: LinkReceiver) {
      link.listen({
        text(message) {
          text('received', message);
          receiver.text(message);
        },
        binary(frame) {
          binary('received', frame);
          receiver.binary(frame);
        },
        closed(reason) {
          log({ closed: reason.code, reason: reason.reason });
          receiver.closed(reason);
        },
      });
    },
    close: (reason: LinkClose) => link.close(reason),
  };
}

function summary(message: string): object {
  if (message.length > SHOWN_BYTES) return { long: true };
  try {
    const { id, method, params, error, result } = JSON.parse(message) as Record<string, unknown>;
    if (method === undefined) return { id, ...(error === undefined ? { result } : { error }) };
    if (method !== hello.method) return { id, method, params };
    return { id, method, params: { ...(params as object), token: '…' } };
  } catch {
    return { malformed: true };
  }
}
