import type { ContentId } from '../protocol/contentId.ts';
import type { Piece } from '../protocol/chunks/piece.ts';
import type { ContentPart, Reused } from '../protocol/messages/content.ts';
import type { ContentSink } from '../protocol/transfer/contentSink.ts';

/**
 * The bytes of a share by content id. Contents never change. What was uploaded is staged: only a commit sees it, it survives
 * a dropped connection and a restart, and is dropped after a day.
 */
export interface ContentStore {
  /**
   * Those of the contents that have to be uploaded before a commit may name them, each with the number of bytes that are
   * here already. Content that the share holds at any path or in history, and empty content, is never missing. The answer
   * is good for now: a commit that still finds one missing says so.
   */
  missing(contents: readonly { content: ContentId; size: number }[]): Promise<ContentPart[]>;

  /**
   * Takes uploads. A writer goes on where a broken upload of the same content ended: `from` of the part must not be larger
   * than what is staged (`MissingContent`). `finish` rejects with `ContentMismatch`, and forgets the bytes, where the whole is
   * not the content that was announced; any call may reject with `DiskFull`.
   */
  sink(): ContentSink;

  /**
   * Takes the upload of one content of which the share holds these stretches elsewhere: the sink is opened for `part` once, and
   * is given what lies between them alone. Besides what {@link sink} says, a call rejects with `ContentGone` when the share no
   * longer holds a stretch. `ContentMismatch` may also mean that a stretch is not what it was believed to be.
   */
  assemble(part: ContentPart, reused: readonly Reused[], signal?: AbortSignal): ContentSink;

  /** Where the share holds these pieces, as far as it knows. Best effort; see `content/locate`. */
  locate(wanted: Wanted, options: LocateOptions): Promise<Found[]>;

  /**
   * The bytes of a content that the share holds at some path or in its history, from an offset on. The last piece comes only
   * after all bytes have been found to be the content. @throws `ContentGone`
   */
  read(content: ContentId, from: number, signal?: AbortSignal): AsyncIterable<Uint8Array>;
}

export interface Wanted {
  readonly pieces: readonly Piece[];
  /** Looked at first. */
  readonly content?: ContentId | undefined;
  /** Nowhere else. */
  readonly only?: boolean | undefined;
}

export interface LocateOptions {
  readonly signal?: AbortSignal;
  /** Bytes of `content` that have been read for it, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** `pieces[first]` and those behind it, one behind the other in a content. */
export interface Found {
  readonly first: number;
  readonly count: number;
  readonly content: ContentId;
  readonly offset: number;
}
