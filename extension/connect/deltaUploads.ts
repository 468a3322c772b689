import { ContentChunker } from '../../server/protocol/chunks/contentChunker.ts';
import type { Piece } from '../../server/protocol/chunks/piece.ts';
import type { ContentId } from '../../server/protocol/contentId.ts';
import { type ErrorName, SynclineError } from '../../server/protocol/errors.ts';
import { MAX_STRETCHES } from '../../server/protocol/limits.ts';
import { locate, type Reused } from '../../server/protocol/messages/content.ts';
import { commonStretches } from './commonStretches.ts';
import type { UploadContent } from './serverClient.ts';
import type { Wire } from './wire.ts';

/**
 * Smaller contents are sent whole: what a comparison saves of them is less than the round trip and the reading that it takes.
 */
export const SMALLEST_DELTA = 4 * 1024 * 1024;

/** Of what is sent otherwise; with less to save, everything is sent. */
const WORTH_IT = 0.25;

/** What is not known, or not believed, makes the content travel whole; everything else would fail then too. */
const WHOLE_INSTEAD: ReadonlySet<ErrorName> = new Set([
  'UnknownMethod',
  'Forbidden',
  'InvalidParams',
  'InvalidRequest',
  'ContentGone',
  'ContentMismatch',
  'TooMany',
  'TooLarge',
  'DeadlineExceeded',
]);

/** A content that changed in places. */
export interface Comparable extends UploadContent {
  readonly replaces: ContentId;
  range(from: number, to: number): AsyncIterable<Uint8Array>;
}

/** What has to travel of a content, and what the server takes from elsewhere. */
export interface Delta {
  readonly reused: readonly Reused[];
  /** Of what travels. */
  readonly bytes: number;
  readonly source: AsyncIterable<Uint8Array>;
}

export function isComparable(content: UploadContent): content is Comparable {
  const { replaces, range, size, from = 0 } = content;
  return replaces !== undefined && range !== undefined && size - from >= SMALLEST_DELTA;
}

export const wholeInstead = (error: unknown): boolean => WHOLE_INSTEAD.has(SynclineError.from(error).code);

/**
 * Compares a content with what the server holds. Null where that saves too little, or the server cannot. The server reads the
 * content that is replaced while this one is read here.
 */
export async function deltaOf(
  { request }: Pick<Wire, 'request'>,
  share: string,
  content: Comparable,
  signal: AbortSignal,
): Promise<Delta | null> {
  const { replaces, size, from = 0 } = content;
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const prepared = request(locate, { share, content: replaces, pieces: [] }, { signal: either, onProgress() {} });
  try {
    const reading = chunksOf(content.range(from, size), either);
    reading.catch(() => {});
    await prepared;
    const common = await commonStretches(request, await reading, { share, content: replaces, signal });
    const reused = common.map((stretch) => ({ ...stretch, at: from + stretch.at }));
    const bytes = reused.reduce((left, { length }) => left - length, size - from);
    const isWorthIt = reused.length > 0 && reused.length <= MAX_STRETCHES && bytes <= (size - from) * (1 - WORTH_IT);
    return isWorthIt ? { reused, bytes, source: between(content, reused) } : null;
  } catch (error) {
    if (signal.aborted || !wholeInstead(error)) throw error;
    return null;
  } finally {
    over.abort();
    await prepared.catch(() => {});
  }
}

async function chunksOf(pieces: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<readonly Piece[]> {
  const chunker = new ContentChunker();
  for await (const bytes of pieces) {
    signal.throwIfAborted();
    chunker.update(bytes);
  }
  return chunker.finish();
}

async function* between(content: Comparable, reused: readonly Reused[]): AsyncGenerator<Uint8Array> {
  let from = content.from ?? 0;
  for (const { at, length } of reused) {
    if (at > from) yield* content.range(from, at);
    from = at + length;
  }
  if (content.size > from) yield* content.range(from, content.size);
}
