import type { Peer } from '../../server/protocol/peer.ts';
import type { Compression } from './compression.ts';
import type { RequestGate } from './requestGate.ts';
import type { ServerClient } from './serverClient.ts';

/** What transfers in either direction need of a connection. */
export interface Wire {
  readonly peer: Peer;
  readonly request: ServerClient['request'];
  /** Lets in no more transfers at a time than the other side takes. */
  readonly transfers: RequestGate;
  /** Ids of transfers, unique on the connection. */
  readonly nextTransfer: () => number;
  readonly compression: Compression;
  /** Contents in one transfer. */
  readonly maxContents: number;
}
