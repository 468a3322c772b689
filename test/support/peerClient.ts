import { once } from 'node:events';
import { WebSocket } from 'ws';
import { WebSocketLink } from '../../server/protocol/link/webSocketLink.ts';
import { requestsToClient } from '../../server/protocol/messages/api.ts';
import type { NotificationMessage, ParamsOf } from '../../server/protocol/messages/message.ts';
import * as session from '../../server/protocol/messages/session.ts';
import { Peer } from '../../server/protocol/peer.ts';
import type { ServerProcess } from './serverProcess.ts';

export interface PeerClient {
  readonly peer: Peer;
  readonly socket: WebSocket;
  /** What the server said of the share “files”. */
  readonly share: session.ShareInfo;
}

/** A session with the real protocol and none of the client's comforts. */
export async function openPeer(server: Pick<ServerProcess, 'url' | 'token'>): Promise<PeerClient> {
  const socket = new WebSocket(server.url, ['syncline.v1'], { perMessageDeflate: false });
  await once(socket, 'open');
  const peer = new Peer(new WebSocketLink(socket));
  peer.serve(requestsToClient, { probe: async () => ({ busy: 0 }) }, () => undefined);
  peer.listen();
  const { shares } = await peer.request(session.hello, {
    versions: [1],
    client: { name: 'test', version: '0' },
    token: server.token,
    capabilities: { zstd: true },
  });
  return { peer, socket, share: shares[0] as session.ShareInfo };
}

/** Resolves to the params of the first notification that fits. */
export function notified<M extends NotificationMessage>(
  { peer }: PeerClient,
  message: M,
  fits: (params: ParamsOf<M>) => boolean = () => true,
): Promise<ParamsOf<M>> {
  return new Promise((resolve) => {
    peer.onNotification(message, (params) => {
      if (fits(params)) resolve(params);
    });
  });
}
