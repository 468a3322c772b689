import { type Piece, groupsOf } from '../../server/protocol/chunks/piece.ts';
import type { ContentId } from '../../server/protocol/contentId.ts';
import { SynclineError } from '../../server/protocol/errors.ts';
import { MAX_PIECES } from '../../server/protocol/limits.ts';
import { locate } from '../../server/protocol/messages/content.ts';
import type { ServerClient } from './serverClient.ts';

/** What the server holds at `offset` of a content is what is at `at` of the content the chunks of which were asked for. */
export interface CommonStretch {
  readonly at: number;
  readonly length: number;
  readonly content: ContentId;
  readonly offset: number;
}

export interface CommonOptions {
  readonly share: string;
  /** Where the server looks first. */
  readonly content: ContentId;
  /** Looks nowhere else. */
  readonly only?: boolean;
  readonly signal: AbortSignal;
}

/** As many chunks are asked for at once; for more, groups of them first. */
const FEW = 256;

/**
 * Finds out which stretches of a content the server holds, of which `chunks` is the complete list. Of a long list with few
 * differences only the groups travel, and the chunks of those groups that are new to the server.
 */
export async function commonStretches(
  request: ServerClient['request'],
  chunks: readonly Piece[],
  options: CommonOptions,
): Promise<CommonStretch[]> {
  const starts = startsOf(chunks);
  if (chunks.length <= FEW) return joined(await ask(request, placed(chunks, starts), options));
  const groups = groupsOf(chunks);
  const asked = groups.map(({ id, size, first }) => ({ id, size, at: starts[first] as number }));
  const common = await ask(request, asked, options);
  const covered = new Set(common.flatMap(({ pieces }) => pieces));
  const rest = groups
    .filter((_, index) => !covered.has(asked[index] as PlacedPiece))
    .flatMap(({ first, count }) => placed(chunks.slice(first, first + count), starts.subarray(first)));
  return joined([...common, ...(await ask(request, rest, options))]);
}

interface PlacedPiece extends Piece {
  readonly at: number;
}

interface Run {
  readonly pieces: readonly PlacedPiece[];
  readonly content: ContentId;
  readonly offset: number;
}

async function ask(
  request: ServerClient['request'],
  pieces: readonly PlacedPiece[],
  { share, content, only, signal }: CommonOptions,
): Promise<Run[]> {
  const runs: Run[] = [];
  for (let from = 0; from < pieces.length; from += MAX_PIECES) {
    const page = pieces.slice(from, from + MAX_PIECES);
    const params = { share, content, only, pieces: page.map(({ id, size }): [string, number] => [id, size]) };
    const { found } = await request(locate, params, { signal, onProgress() {} });
    let next = 0;
    for (const { first, count, ...place } of found) {
      if (first < next || count === 0 || first + count > page.length)
        throw new SynclineError('InvalidRequest', 'The server found pieces that it was not asked for.');
      next = first + count;
      runs.push({ pieces: page.slice(first, next), ...place });
    }
  }
  return runs;
}

/** In order and without overlaps, whatever the server said; neighbours that are neighbours there too become one. */
function joined(runs: readonly Run[]): CommonStretch[] {
  const stretches: CommonStretch[] = [];
  let end = 0;
  for (const { at, length, content, offset } of runs.flatMap(piecewise).sort((a, b) => a.at - b.at)) {
    if (at < end) continue;
    const last = stretches.at(-1);
    const goesOn = last && at === end && last.content === content && last.offset + last.length === offset;
    if (goesOn) stretches[stretches.length - 1] = { ...last, length: last.length + length };
    else stretches.push({ at, length, content, offset });
    end = at + length;
  }
  return stretches;
}

/** What follows each other here may have lain apart: chunks of two groups that were asked for in one go. */
function piecewise({ pieces, content, offset }: Run): CommonStretch[] {
  let next = offset;
  return pieces.map(({ at, size }) => {
    const stretch = { at, length: size, content, offset: next };
    next += size;
    return stretch;
  });
}

function startsOf(chunks: readonly Piece[]): Float64Array {
  const starts = new Float64Array(chunks.length);
  let at = 0;
  chunks.forEach(({ size }, index) => {
    starts[index] = at;
    at += size;
  });
  return starts;
}

const placed = (chunks: readonly Piece[], starts: Float64Array): PlacedPiece[] =>
  chunks.map(({ id, size }, index) => ({ id, size, at: starts[index] as number }));
