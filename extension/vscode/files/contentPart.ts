import * as l10n from '@vscode/l10n';
import type { ContentId } from '../../../server/protocol/contentId.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { ContentSink, ContentWriter } from '../../../server/protocol/transfer/contentSink.ts';
import type { ServerClient } from '../../connect/serverClient.ts';

/** A stretch of a content; bytes from the first on, the last one not included. */
export interface ContentRange {
  readonly content: ContentId;
  readonly size: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Fetches a stretch of a content without the rest of it, for looking at what is too large to be fetched as a whole. It cannot be
 * checked against the content's hash, so nothing may be written from it.
 */
export async function downloadPart(
  client: ServerClient,
  share: string,
  { content, size, from, to }: ContentRange,
): Promise<Uint8Array> {
  if (from < 0 || to > size || from > to)
    throw new SynclineError('InvalidParams', l10n.t('The file has no such part.'));
  if (from === to) return new Uint8Array();
  const enough = new AbortController();
  const part = new PartSink(to - from, () => enough.abort());
  try {
    await client.download(share, [{ content, size, from }], part, { signal: enough.signal });
  } catch (error) {
    if (!part.isFull) throw error;
  }
  if (!part.isFull) throw new SynclineError('ContentMismatch');
  return part.bytes;
}

class PartSink implements ContentSink {
  readonly bytes: Uint8Array;
  readonly #onFull: () => void;
  #filled = 0;

  constructor(length: number, onFull: () => void) {
    this.bytes = new Uint8Array(length);
    this.#onFull = onFull;
  }

  get isFull(): boolean {
    return this.#filled === this.bytes.length;
  }

  open(): Promise<ContentWriter> {
    return Promise.resolve({
      write: async (bytes: Uint8Array) => {
        const taken = bytes.subarray(0, this.bytes.length - this.#filled);
        this.bytes.set(taken, this.#filled);
        this.#filled += taken.length;
        if (this.isFull) this.#onFull();
      },
      finish: async () => undefined,
      abort: async () => undefined,
    });
  }
}
