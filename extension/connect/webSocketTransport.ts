import { WebSocket } from 'ws';
import { SynclineError } from '../../server/protocol/errors.ts';
import { SUBPROTOCOL } from '../../server/protocol/limits.ts';
import type { Link } from '../../server/protocol/link/link.ts';
import { WebSocketLink, webSocketClientOptions } from '../../server/protocol/link/webSocketLink.ts';
import { printable } from '../../server/protocol/wirePath.ts';
import { isLoopback } from './nearness.ts';

/** How long a server may take to agree to the protocol, milliseconds. */
const HANDSHAKE_MS = 10_000;

/**
 * Opens a WebSocket to `ws://HOST:PORT` or `wss://…`.
 *
 * @throws SynclineError `ConnectionFailed` with the reason in words, `ServerStopping`, `TooManyAttempts` or `TooMany` when the
 * server says so, `DeadlineExceeded`, `Cancelled`.
 */
export function openWebSocket(url: string, options: { signal?: AbortSignal; deadlineMs?: number } = {}): Promise<Link> {
  const { signal, deadlineMs = HANDSHAKE_MS } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new SynclineError('Cancelled'));
    const socket = new WebSocket(url, SUBPROTOCOL, {
      ...webSocketClientOptions(isUnobserved(url)),
      handshakeTimeout: deadlineMs,
      followRedirects: false,
    });
    const fail = (error: SynclineError): void => {
      settled();
      reject(error);
      socket.on('error', () => {});
      socket.terminate();
    };
    const cancel = (): void => fail(new SynclineError('Cancelled'));
    const opened = (): void => {
      settled();
      resolve(new WebSocketLink(socket));
    };
    const failed = (error: Error): void => fail(connectionFailure(url, error));
    const answered = (_request: unknown, response: { statusCode?: number; resume(): void }): void => {
      response.resume();
      fail(refusal(url, response.statusCode ?? 0));
    };
    const settled = (): void => {
      socket.off('open', opened).off('error', failed).off('unexpected-response', answered);
      signal?.removeEventListener('abort', cancel);
    };
    socket.on('open', opened).on('error', failed).on('unexpected-response', answered);
    signal?.addEventListener('abort', cancel);
  });
}

/** Whether nobody between the two ends can read the bytes as they are: TLS, or never leaving this machine. */
function isUnobserved(url: string): boolean {
  return new URL(url).protocol === 'wss:' || isLoopback(url);
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there. Check the port and that “syncline serve” runs',
  ECONNRESET: 'the connection was cut before the server answered. Check that a Syncline server listens there',
  ENOTFOUND: 'there is no host of this name',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'the network is down',
  ETIMEDOUT: 'the host does not answer',
  ECONNABORTED: 'the connection was cut',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed; trust it with NODE_EXTRA_CA_CERTS=FILE',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not from a known authority; trust it with NODE_EXTRA_CA_CERTS=FILE',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate is not from a known authority; trust it with NODE_EXTRA_CA_CERTS=FILE',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  EPROTO: 'it does not speak TLS. Write ws:// if it was started without a certificate',
};

function connectionFailure(
  url: string,
  error: Error & { code?: string; errors?: readonly (Error & { code?: string })[] },
) {
  // connecting to a name with several addresses fails with one error for each
  const code = error.code ?? error.errors?.[0]?.code ?? '';
  if (/handshake has timed out/.test(error.message)) {
    return new SynclineError(
      'DeadlineExceeded',
      `The server at ${url} does not answer. Check the address and the network.`,
    );
  }
  const reason = REASONS[code] ?? printable(error.message);
  return new SynclineError('ConnectionFailed', `The server at ${url} cannot be reached: ${reason}.`, { cause: error });
}

function refusal(url: string, status: number): SynclineError {
  if (status === 429) return new SynclineError('TooManyAttempts');
  if (status === 503) return new SynclineError('TooMany', `The server at ${url} takes no more connections now.`);
  if (status === 401 || status === 403) {
    return new SynclineError('Forbidden', `The server at ${url} refuses connections from here (HTTP ${status}).`);
  }
  return new SynclineError(
    'ConnectionFailed',
    `What answers at ${url} is no Syncline server (HTTP ${status}). Check the address and the port.`,
  );
}
