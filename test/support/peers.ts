import type { TestContext } from 'node:test';
import type { Link } from '../../server/protocol/link/link.ts';
import { Peer, type PeerOptions } from '../../server/protocol/peer.ts';
import { type MemoryLink, memoryLinks } from './memoryLink.ts';
import { webSocketLinks } from './webSocketLinks.ts';

export interface Peers<L extends Link = Link> {
  readonly near: Peer;
  readonly far: Peer;
  readonly nearLink: L;
  readonly farLink: L;
  /** What either peer had to say to its log, as `event` names. */
  readonly logged: string[];
}

/** Two peers in memory. They do not listen yet. */
export function memoryPeers(t: TestContext, options?: PeerOptions): Peers<MemoryLink> {
  return join(t, memoryLinks(), options);
}

/** Two peers over a real socket. They do not listen yet. */
export async function socketPeers(t: TestContext, options?: PeerOptions): Promise<Peers> {
  return join(t, await webSocketLinks(t), options);
}

function join<L extends Link>(t: TestContext, [nearLink, farLink]: [L, L], options: PeerOptions = {}): Peers<L> {
  const logged: string[] = [];
  const log = (event: string): void => void logged.push(event);
  const near = new Peer(nearLink, { log, ...options });
  const far = new Peer(farLink, { log, ...options });
  t.after(async () => {
    near.close();
    far.close();
    await Promise.all([near.closed, far.closed]);
  });
  return { near, far, nearLink, farLink, logged };
}
