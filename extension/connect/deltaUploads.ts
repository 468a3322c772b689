import type { ContentId } from '../../server/protocol/contentId.ts';
import type { Reused } from '../../server/protocol/messages/content.ts';
import { compareOrNull, isWorthIt, SMALLEST_DELTA } from './comparison.ts';
import type { UploadContent } from './serverClient.ts';
import type { Wire } from './wire.ts';

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
  const options = { share, content: replaces, signal };
  const common = await compareOrNull(request, content.range(from, size), options);
  const reused = (common ?? []).map((stretch) => ({ ...stretch, at: from + stretch.at }));
  const bytes = reused.reduce((left, { length }) => left - length, size - from);
  return isWorthIt(reused, size - from) ? { reused, bytes, source: between(content, reused) } : null;
}

async function* between(content: Comparable, reused: readonly Reused[]): AsyncGenerator<Uint8Array> {
  let from = content.from ?? 0;
  for (const { at, length } of [...reused, { at: content.size, length: 0 }]) {
    // copies, because a piece is gone when the next one is there
    for await (const piece of at > from ? content.range(from, at) : []) yield Buffer.from(piece);
    from = at + length;
  }
}
