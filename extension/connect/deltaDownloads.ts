import type { ContentPart, Stretch } from '../../server/protocol/messages/content.ts';
import { compareOrNull, isWorthIt, SMALLEST_DELTA } from './comparison.ts';
import type { HeldContent } from './serverClient.ts';
import type { Wire } from './wire.ts';

/** A stretch of a content that lies at `offset` of what is held here. */
export interface HeldStretch extends Stretch {
  readonly offset: number;
}

/**
 * Which stretches of a content of the share need not be fetched, because they are in what is held here. Null where that saves
 * too little, or the server cannot tell.
 */
export async function heldStretches(
  { request }: Pick<Wire, 'request'>,
  share: string,
  { content, size, from }: ContentPart,
  held: HeldContent,
  signal: AbortSignal,
): Promise<HeldStretch[] | null> {
  if (size - from < SMALLEST_DELTA || held.size < SMALLEST_DELTA) return null;
  const common = await compareOrNull(request, held.range(0, held.size), { share, content, only: true, signal });
  const stretches: HeldStretch[] = [];
  let end = from;
  for (const { at, length, offset } of (common ?? []).sort((a, b) => a.offset - b.offset)) {
    const skip = Math.max(0, end - offset);
    if (skip >= length || offset + length > size) continue;
    stretches.push({ at: offset + skip, length: length - skip, offset: at + skip });
    end = offset + length;
  }
  return isWorthIt(stretches, size - from) ? stretches : null;
}
