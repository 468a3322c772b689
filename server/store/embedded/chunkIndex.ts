import { ContentChunker } from '../../protocol/chunks/contentChunker.ts';
import { groupsOf, type Piece } from '../../protocol/chunks/piece.ts';
import type { ContentId } from '../../protocol/contentId.ts';
import type { Stretch } from '../../protocol/messages/content.ts';
import type { Found, Wanted } from '../contents.ts';

/** Pieces that are remembered: of about 16 GiB of contents, in less than 50 MB of memory. */
const MOST_PIECES = 260_000;

/**
 * Which chunks large contents consist of, as far as somebody asked. It is a cache in memory and may be wrong or lost at any
 * time: whoever uses what it says checks the result, and a content that led astray is forgotten.
 */
export class ChunkIndex {
  /** The one used last comes last. */
  readonly #lists = new Map<ContentId, ChunkList>();
  #pieces = 0;

  has(content: ContentId): boolean {
    const list = this.#lists.get(content);
    if (!list) return false;
    this.#lists.delete(content);
    this.#lists.set(content, list);
    return true;
  }

  add(content: ContentId, chunks: readonly Piece[]): void {
    this.forget(content);
    const list = new ChunkList(chunks);
    this.#lists.set(content, list);
    this.#pieces += list.pieces;
    for (const oldest of this.#lists.keys()) {
      if (this.#pieces <= MOST_PIECES || oldest === content) return;
      this.forget(oldest);
    }
  }

  forget(content: ContentId): void {
    this.#pieces -= this.#lists.get(content)?.pieces ?? 0;
    this.#lists.delete(content);
  }

  /** `isHere`: whether a content can still be had. */
  locate({ pieces, content, only }: Wanted, isHere: (content: ContentId) => boolean): Found[] {
    const lists = this.#candidates(content, only, isHere);
    const found: Found[] = [];
    let end: number | undefined;
    pieces.forEach(({ id, size }, index) => {
      const last = found.at(-1);
      if (last && end !== undefined && lists.get(last.content)?.holds(id, end)) {
        found[found.length - 1] = { ...last, count: last.count + 1 };
        end += size;
        return;
      }
      end = undefined;
      for (const [candidate, list] of lists) {
        const offset = list.offsetOf(id);
        if (offset === undefined) continue;
        found.push({ first: index, count: 1, content: candidate, offset });
        end = offset + size;
        return;
      }
    });
    return found;
  }

  /** The chunks that a stretch of a content consists of; undefined when that is not known. */
  chunksIn(content: ContentId, from: number, length: number): readonly Piece[] | undefined {
    return this.#lists.get(content)?.between(from, from + length);
  }

  #candidates(
    first: ContentId | undefined,
    only: boolean | undefined,
    isHere: (content: ContentId) => boolean,
  ): Map<ContentId, ChunkList> {
    const names = only ? [] : [...this.#lists.keys()].toReversed();
    const candidates = new Map<ContentId, ChunkList>();
    for (const content of first === undefined ? names : [first, ...names]) {
      const list = this.#lists.get(content);
      if (!list || candidates.has(content)) continue;
      if (isHere(content)) candidates.set(content, list);
      else this.forget(content);
    }
    return candidates;
  }
}

/** The chunks of one content, and where each of them and of their groups begins. */
class ChunkList {
  readonly pieces: number;
  readonly #chunks: readonly Piece[];
  readonly #starts: Float64Array;
  readonly #offsets = new Map<string, number>();

  constructor(chunks: readonly Piece[]) {
    this.#chunks = chunks;
    this.#starts = new Float64Array(chunks.length + 1);
    chunks.forEach(({ id, size }, index) => {
      const start = this.#starts[index] as number;
      this.#starts[index + 1] = start + size;
      if (!this.#offsets.has(id)) this.#offsets.set(id, start);
    });
    const groups = groupsOf(chunks);
    for (const { id, first } of groups)
      if (!this.#offsets.has(id)) this.#offsets.set(id, this.#starts[first] as number);
    this.pieces = chunks.length + groups.length;
  }

  offsetOf(id: string): number | undefined {
    return this.#offsets.get(id);
  }

  /** Whether the piece lies right there; of one that comes several times, also another place than the first. */
  holds(id: string, offset: number): boolean {
    if (this.#offsets.get(id) === offset) return true;
    const index = this.#indexAt(offset);
    return index !== undefined && this.#chunks[index]?.id === id;
  }

  between(from: number, to: number): readonly Piece[] | undefined {
    const [first, end] = [this.#indexAt(from), this.#indexAt(to)];
    return first === undefined || end === undefined ? undefined : this.#chunks.slice(first, end);
  }

  /** Of the chunk that begins there. */
  #indexAt(offset: number): number | undefined {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] as number) < offset) low = middle + 1;
      else high = middle;
    }
    return this.#starts[low] === offset ? low : undefined;
  }
}

/** The chunks of a content that is put together: known for what is reused, and cut anew between. */
export class AssembledChunks {
  readonly #index: ChunkIndex;
  readonly #chunks: Piece[] = [];
  #fresh: ContentChunker | undefined;
  #isKnown = true;

  constructor(index: ChunkIndex) {
    this.#index = index;
  }

  reused(content: ContentId, offset: number, { length }: Stretch): void {
    this.#close();
    const chunks = this.#index.chunksIn(content, offset, length);
    if (chunks) this.#chunks.push(...chunks);
    else this.#isKnown = false;
  }

  sent(bytes: Uint8Array): void {
    this.#fresh ??= new ContentChunker();
    this.#fresh.update(bytes);
  }

  finish(content: ContentId): void {
    this.#close();
    if (this.#isKnown) this.#index.add(content, this.#chunks);
  }

  #close(): void {
    if (this.#fresh) this.#chunks.push(...this.#fresh.finish());
    this.#fresh = undefined;
  }
}
