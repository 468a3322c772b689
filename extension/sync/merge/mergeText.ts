import { diff3Merge } from 'node-diff3';
import { bytesOfText, linesOf, MOST_MERGED_BYTES, type TextForm, textFormOf, withEnds } from './textForm.ts';

/** Lines of mine and of theirs that cannot both be had, numbered from 1. `lines` 0: lines were deleted there. */
export interface Overlap {
  readonly mine: LineRange;
  readonly theirs: LineRange;
}

export interface LineRange {
  readonly from: number;
  readonly lines: number;
}

/** `refused`: merging these by lines is not safe, for a reason that is told. */
export type MergeOutcome =
  | { readonly kind: 'merged'; readonly bytes: Uint8Array }
  | { readonly kind: 'overlaps'; readonly overlaps: readonly Overlap[] }
  | { readonly kind: 'refused'; readonly reason: string };

/** Between the first and the last line that differ; and pairs of equal lines there. More would take longer than a second. */
const MOST_LINES = 20_000;
const MOST_PAIRS = 300_000;

/**
 * Takes the edits of both sides since the base into one text, line by line (diff3). Edits that touch each other, or lie next
 * to each other, overlap; the same edit on both sides is one. A change of all line ends merges with edits of the other side.
 * Pure: the same bytes give the same outcome.
 */
export function mergeText(base: Uint8Array, mine: Uint8Array, theirs: Uint8Array): MergeOutcome {
  const all = [base, mine, theirs];
  if (all.some(({ byteLength }) => byteLength > MOST_MERGED_BYTES))
    return refused(`only texts of up to ${MOST_MERGED_BYTES / 1024 / 1024} MB are merged`);
  const [from, here, there] = all.map(textFormOf) as [TextForm | null, TextForm | null, TextForm | null];
  if (!from || !here || !there) return refused('it is no text in which lines could be told apart');
  if (here.encoding !== there.encoding && here.encoding !== 'ascii' && there.encoding !== 'ascii')
    return refused('the two sides are in different encodings');
  const ends = commonEnds(from, here, there);
  const texts = [from, here, there].map(({ text }) => linesOf(ends ? withEnds(text, 'lf') : text)) as Texts;
  const [head, tail] = commonLines(texts);
  const [o, a, b] = texts.map((lines) => lines.slice(head, lines.length - tail)) as Texts;
  if ([o, a, b].some(({ length }) => length > MOST_LINES)) return refused('too many of its lines differ');
  if (pairs(o, a) > MOST_PAIRS || pairs(o, b) > MOST_PAIRS) return refused('too many of its lines are the same');
  const regions = diff3Merge(a, o, b, { excludeFalseConflicts: true });
  const overlaps = regions.flatMap(({ conflict }): Overlap[] =>
    conflict
      ? [
          {
            mine: { from: head + conflict.aIndex + 1, lines: conflict.a.length },
            theirs: { from: head + conflict.bIndex + 1, lines: conflict.b.length },
          },
        ]
      : [],
  );
  if (overlaps.length > 0) return { kind: 'overlaps', overlaps };
  const [first] = texts;
  const between = regions.flatMap(({ ok }) => ok ?? []);
  const text = [...first.slice(0, head), ...between, ...first.slice(first.length - tail)].join('');
  return { kind: 'merged', bytes: bytesOfText(ends ? withEnds(text, ends) : text) };
}

type Texts = [string[], string[], string[]];

/** How many lines all three begin with, and how many of the rest they end with. */
function commonLines([one, ...others]: Texts): [head: number, tail: number] {
  const shortest = Math.min(one.length, ...others.map(({ length }) => length));
  let head = 0;
  while (head < shortest && others.every((lines) => lines[head] === one[head])) head++;
  let tail = 0;
  while (tail < shortest - head && others.every((lines) => lines.at(-1 - tail) === one.at(-1 - tail))) tail++;
  return [head, tail];
}

/** The line ends of the result: those of the side that changed them. Undefined where they cannot be told apart from edits. */
function commonEnds(base: TextForm, mine: TextForm, theirs: TextForm): 'lf' | 'crlf' | undefined {
  const [from, here, there] = [base.ends, mine.ends, theirs.ends];
  if (from === 'mixed' || here === 'mixed' || there === 'mixed') return undefined;
  const known = [here === from ? there : here, here, there, from].find((ends) => ends !== 'none');
  return known ?? 'lf';
}

function pairs(one: readonly string[], other: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const line of one) counts.set(line, (counts.get(line) ?? 0) + 1);
  return other.reduce((sum, line) => sum + (counts.get(line) ?? 0), 0);
}

const refused = (reason: string): MergeOutcome => ({ kind: 'refused', reason });

/** Why nothing was merged, for a person; undefined when it was. */
export function refusalText(outcome: MergeOutcome): string | undefined {
  if (outcome.kind === 'merged') return undefined;
  if (outcome.kind === 'refused') return outcome.reason;
  const shown = outcome.overlaps.slice(0, MOST_SHOWN);
  const more = outcome.overlaps.length - shown.length;
  const places = shown.map(({ mine, theirs }) => `${range(mine)} here and ${range(theirs)} on the server`);
  return `the edits overlap: ${places.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

const MOST_SHOWN = 5;

function range({ from, lines }: LineRange): string {
  if (lines === 0) return `what was deleted before line ${from}`;
  return lines === 1 ? `line ${from}` : `lines ${from}–${from + lines - 1}`;
}
