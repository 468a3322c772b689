import type { ContentPart } from '../messages/content.ts';

/** Where the contents of a transfer go. */
export interface ContentSink {
  /**
   * Called in the order of the parts, once for each, also for one of which nothing is missing. Up to
   * {@link MAX_OPEN_WRITERS} writers may be open at a time. A rejection ends the transfer with that error.
   */
  open(part: ContentPart): Promise<ContentWriter>;

  /**
   * In place of a writer for each, where a sink offers that: contents that lie whole in `bytes`, one behind the other, none of
   * them begun before. Counts as `open`, `write` and `finish` of each; those before one that is refused are finished. `bytes`
   * may be kept until the promise has settled.
   */
  storeAll?(parts: readonly ContentPart[], bytes: Uint8Array): Promise<void>;
}

/** Takes the bytes of one content from `part.from` on. Calls never overlap; either `finish` or `abort` is the last, never both. */
export interface ContentWriter {
  /** `bytes` may be kept until the promise has settled, not longer. */
  write(bytes: Uint8Array): Promise<void>;
  /** All bytes have been written. Verifies that they are the content; where they are not, drops them and rejects with `ContentMismatch`. */
  finish(): Promise<void>;
  /** The transfer has failed. What has arrived may be kept for a resume. Must not reject. */
  abort(): Promise<void>;
}

export const MAX_OPEN_WRITERS = 8;
