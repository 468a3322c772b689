import type { Operation } from '../../server/protocol/messages/files.ts';
import type { FileEntry } from '../../server/protocol/entry.ts';
import type { WirePath } from '../../server/protocol/wirePath.ts';
import type { PendingCommit, RemoteState } from './base/baseStore.ts';
import type { EarlyContents, Endpoint } from './endpoint.ts';
import type { IgnoreRules } from './ignore/ignoreRules.ts';
import type { Tree } from './tree/tree.ts';

/** The side that says what is ignored. */
export interface LocalSide extends Endpoint {
  /** As of the last scan. */
  readonly rules: IgnoreRules;

  /** What tells the folder from another one in its place, as of the last scan; undefined where nothing does. */
  readonly rootIdentity?: string | undefined;

  /** Reads one file again and takes it into the picture; null when there is no file that could be synced. */
  lookAtFile(path: WirePath): Promise<FileEntry | null>;
}

/** The side that is somewhere else: it can be picked up from a cursor, and answers may get lost on the way. */
export interface RemoteSide extends Endpoint {
  /** For storing. */
  readonly known: RemoteState | null;

  /** The latest revision that the picture shows. */
  readonly rev: number;

  /** Whether `known` shows all that we did; if not, a look will make it so. */
  readonly isConfirmed: boolean;

  /** Whether the side can be reached right now. */
  readonly isOnline: boolean;

  /**
   * What the coming look finds may be sent while it goes on, once that is decided; the next `apply` uses what has arrived.
   * `base`: what the side is taken to hold already. Left out where a look costs nothing.
   */
  takeEarly?(base: Tree, signal: AbortSignal | undefined): EarlyContents & { decide(mayBeSent: boolean): void };

  /** Settles commits whose answers never arrived. Returns the operations that are done. */
  resend(commits: readonly PendingCommit[], signal: AbortSignal | undefined): Promise<Operation[]>;
}
