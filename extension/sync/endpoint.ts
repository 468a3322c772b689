import type { ContentId } from '../../server/protocol/contentId.ts';
import type { Operation } from '../../server/protocol/messages/files.ts';
import type { Problem } from '../../server/protocol/problem.ts';
import type { ContentSink } from '../../server/protocol/transfer/contentSink.ts';
import type { WirePath } from '../../server/protocol/wirePath.ts';
import type { Disposable, HeldContent } from '../connect/serverClient.ts';
import type { Tree } from './tree/tree.ts';

/**
 * One side of a target, as the engine sees it: a local folder or a share. The engine calls `scan` and `apply` of a side one
 * at a time; reading may overlap with both. All reject with a `SynclineError` and nothing else; after a rejection the side
 * holds, path by path, what it held before or what was asked for, and may be used again.
 */
export interface Endpoint {
  /** Looks, as much as `look` asks for, and tells what the side holds. */
  scan(request: ScanRequest): Promise<Picture>;

  /**
   * Carries out operations in their order, each only if the side still holds what it expects. All contents are fetched from
   * `source` first, so that a broken connection leaves everything as it was. One that fails does not stop the others. Each
   * outcome is told as soon as it is final, also when the call rejects later; the next picture shows what was done.
   */
  apply(operations: readonly Operation[], source: ContentSource, options: ApplyOptions): Promise<void>;

  /** Begins to read contents; to be closed after use. */
  read(): ContentSource;

  /** From now on tells when the side may have changed. Hints to look, nothing more; own changes may be told, too. */
  watch(onChange: (hint: Look) => void): Promise<Disposable>;
}

/** Where contents come from. Both ways verify: bytes that are not the content never arrive as complete. */
export interface ContentSource {
  /** One content, pulled, from an offset on. @throws `Changed` when the side no longer holds it. */
  open(wanted: WantedContent, from: number): AsyncIterable<Uint8Array>;

  /**
   * The bytes between two offsets, where a side offers that. Whether they belong to the content has to be checked by whoever
   * gets the whole of it. A piece is good until the next one is asked for. @throws `Changed` when the side holds something of another size.
   */
  range?(wanted: WantedContent, from: number, to: number): AsyncIterable<Uint8Array>;

  /** Many contents, pushed into a sink. Those that the side no longer holds are left out and returned. */
  send(wanted: readonly WantedContent[], sink: ContentSink, options: SendOptions): Promise<readonly ContentId[]>;

  close(): void;
}

export interface WantedContent {
  /** Where the side holds it. */
  readonly path: WirePath;
  readonly content: ContentId;
  /** Bytes. */
  readonly size: number;
  /** Bytes the receiver already has. */
  readonly from?: number;
  /** What the receiver holds in its place: large contents may have much in common with that. */
  readonly replaces?: ReplacedContent | undefined;
}

export interface ReplacedContent {
  readonly content: ContentId;
  readonly size: number;
}

export interface SendOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes of content that went over since the last call. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
  /** What the receiver holds in place of a content, from which it can take what both have in common. */
  readonly held?: ((content: ContentId) => HeldContent | undefined) | undefined;
}

/** How much to look at: everything, paths that may have changed and what lies below them, or nothing. */
export type Look = 'everything' | 'nothing' | ReadonlySet<string>;

export interface ScanRequest {
  readonly look: Look;
  /** Decides about names that collide and folders that hold only ignored things. */
  readonly base: Tree;
  /** Ignore files as they are about to be, in place of those on disk; `null`: about to be deleted. */
  readonly ignoreFiles?: ReadonlyMap<string, string | null> | undefined;
  readonly early?: EarlyContents | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called now and then with the number of entries looked at so far. */
  readonly onProgress?: ((entries: number) => void) | undefined;
}

/** Takes contents of small new and changed files while a look finds them. */
export interface EarlyContents {
  /** `bytes` are the caller's again when this returns; a promise holds the look back, and never rejects. */
  offer(path: WirePath, content: ContentId, bytes: Uint8Array): Promise<void> | undefined;
}

export interface Picture {
  readonly tree: Tree;
  /** Paths that are in no tree although they may be there; nothing may be concluded from their absence. */
  readonly problems: readonly Problem[];
}

export interface ApplyOptions extends SendOptions {
  readonly onOutcome: (operation: Operation, outcome: Outcome) => void;
}

/**
 * `done`: the side now holds what the operation says. `stale`: one of the sides no longer holds what the plan was based on;
 * nothing was done, and a new look will tell. `problem`: it cannot be done, and trying again will not help.
 */
export type Outcome = { readonly kind: 'done' | 'stale' } | { readonly kind: 'problem'; readonly problem: Problem };

export const DONE: Outcome = { kind: 'done' };
export const STALE: Outcome = { kind: 'stale' };
