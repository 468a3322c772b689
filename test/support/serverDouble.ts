import { SynclineError } from '../../server/protocol/errors.ts';
import { PROTOCOL_VERSIONS } from '../../server/protocol/limits.ts';
import { requestsToServer, type RequestHandlers } from '../../server/protocol/messages/api.ts';
import type { ResultOf } from '../../server/protocol/messages/message.ts';
import type { hello } from '../../server/protocol/messages/session.ts';
import { type IncomingCall, Peer } from '../../server/protocol/peer.ts';
import { sayHello } from '../../extension/connect/connect.ts';
import type { ServerClient } from '../../extension/connect/serverClient.ts';
import { type MemoryLink, memoryLinks } from './memoryLink.ts';

export type DoubleHandlers = Partial<RequestHandlers<typeof requestsToServer, IncomingCall>>;

export const TOKEN = 'the right token';

export const HELLO: ResultOf<typeof hello> = {
  version: PROTOCOL_VERSIONS[0],
  server: { name: 'double', version: '1.0.0', id: 'double-0001' },
  token: { name: 'test', rights: ['read', 'write', 'compute'] },
  shares: [{ name: 'files', epoch: 'epoch-0001', rev: 0, rights: ['read', 'write'] }],
  capabilities: { zstd: true },
  limits: {
    messageBytes: 8 * 1024 * 1024,
    framePayload: 256 * 1024,
    initialCredit: 1024 * 1024,
    transferContents: 4096,
    operations: 2048,
    page: 5000,
    requests: 64,
    transfers: 32,
    values: 1_000_000,
  },
};

/** A server's end of a connection with the handlers that a test gives it; every other request is `UnknownMethod`. */
export class ServerDouble {
  readonly clientLink: MemoryLink;
  readonly serverLink: MemoryLink;
  readonly peer: Peer;

  constructor(handlers: (server: ServerDouble) => DoubleHandlers = () => ({})) {
    [this.clientLink, this.serverLink] = memoryLinks();
    this.peer = new Peer(this.serverLink);
    const given: DoubleHandlers = { hello: sayWelcome, probe: () => Promise.resolve({ busy: 0 }), ...handlers(this) };
    const all = Object.fromEntries(Object.keys(requestsToServer).map((name) => [name, unknown]));
    const complete = { ...all, ...given } as RequestHandlers<typeof requestsToServer, IncomingCall>;
    this.peer.serve(requestsToServer, complete, (_message, call) => call);
    this.peer.listen();
  }

  connect(token = TOKEN): Promise<ServerClient> {
    return sayHello(this.clientLink, { token, clientName: 'test', clientVersion: '1.0.0' });
  }
}

const sayWelcome: DoubleHandlers['hello'] = ({ token }) =>
  token === TOKEN ? Promise.resolve(HELLO) : Promise.reject(new SynclineError('Unauthorized'));

const unknown = (): Promise<never> => Promise.reject(new SynclineError('UnknownMethod'));
