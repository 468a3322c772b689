import { ContentChunker } from '../../server/protocol/chunks/contentChunker.ts';
import type { Piece } from '../../server/protocol/chunks/piece.ts';
import { type ErrorName, SynclineError } from '../../server/protocol/errors.ts';
import { MAX_STRETCHES } from '../../server/protocol/limits.ts';
import { locate, type Stretch } from '../../server/protocol/messages/content.ts';
import { type CommonOptions, type CommonStretch, commonStretches } from './commonStretches.ts';
import type { ServerClient } from './serverClient.ts';

/**
 * Smaller contents travel whole: what a comparison saves of them is less than the two round trips and the reading that it takes.
 * Measured over 100 Mbit/s and 25 ms each way: of what does not compress, 2 MiB take as long either way and 16 MiB a third; of
 * text that compresses ten times, 16 MiB take as long either way. Within one machine a comparison never pays.
 */
export const SMALLEST_DELTA = 4 * 1024 * 1024;

/** Of what travels otherwise; with less to save, everything travels. */
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

export const wholeInstead = (error: unknown): boolean => WHOLE_INSTEAD.has(SynclineError.from(error).code);

/**
 * Compares bytes that are here with what the server holds, which it reads while they are read here. Null where the server
 * cannot. Rejects when the bytes cannot be read, and when the connection ends.
 */
export async function compareOrNull(
  request: ServerClient['request'],
  bytes: AsyncIterable<Uint8Array>,
  options: CommonOptions,
): Promise<CommonStretch[] | null> {
  const { share, content, only, signal } = options;
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const prepared = request(locate, { share, content, only, pieces: [] }, { signal: either, onProgress() {} });
  try {
    const reading = chunksOf(bytes, either);
    reading.catch(() => {});
    await prepared;
    return await commonStretches(request, await reading, options);
  } catch (error) {
    if (signal.aborted || !wholeInstead(error)) throw error;
    return null;
  } finally {
    over.abort();
  }
}

export function isWorthIt(stretches: readonly Stretch[], size: number): boolean {
  const saved = stretches.reduce((sum, { length }) => sum + length, 0);
  return stretches.length > 0 && stretches.length <= MAX_STRETCHES && saved >= size * WORTH_IT;
}

async function chunksOf(pieces: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<readonly Piece[]> {
  const chunker = new ContentChunker();
  for await (const bytes of pieces) {
    signal.throwIfAborted();
    chunker.update(bytes);
  }
  return chunker.finish();
}
