import { createHash, type Hash } from 'node:crypto';
import { type CutFinder, makeCutFinder } from './cutFinder.ts';
import { AVERAGE_CHUNK, LOOSE_MASK, MAX_CHUNK, MIN_CHUNK, STRICT_MASK } from './gear.ts';
import { type Piece, pieceIdOf } from './piece.ts';

/**
 * Cuts a content into chunks where its own bytes say so: what lies before or behind an edit is cut as before. However the bytes
 * are handed over, the chunks are the same.
 */
export class ContentChunker {
  readonly #finder: CutFinder;
  readonly #chunks: Piece[] = [];
  /** Of the chunk that has begun. */
  #length = 0;
  #hash: Hash | undefined;

  /** The finder serves one chunker at a time. */
  constructor(finder: CutFinder = makeCutFinder()) {
    this.#finder = finder;
    finder.hash = 0;
  }

  update(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const before = this.#length;
      const [end, isCut] = this.#next(bytes, at);
      const part = bytes.subarray(at, end);
      if (isCut && before === 0) this.#chunks.push({ id: pieceIdOf(part), size: part.length });
      else {
        this.#hash ??= createHash('sha256');
        this.#hash.update(part);
        if (isCut) this.#close(before + part.length);
      }
      at = end;
    }
  }

  /** All chunks, in order; nothing may follow. */
  finish(): readonly Piece[] {
    if (this.#length > 0) this.#close(this.#length);
    return this.#chunks;
  }

  /** How far the chunk that has begun goes in these bytes, and whether it ends there. */
  #next(bytes: Uint8Array, at: number): [end: number, isCut: boolean] {
    const finder = this.#finder;
    const skipped = Math.max(0, Math.min(MIN_CHUNK - this.#length, bytes.length - at));
    let position = at + skipped;
    this.#length += skipped;
    for (const [most, mask] of PHASES) {
      const end = Math.min(bytes.length, position + most - this.#length);
      if (end <= position) continue;
      const stop = finder.find(bytes, position, end, mask);
      this.#length += stop - position;
      position = stop;
      if ((finder.hash & mask) === 0) return [position, this.#cut()];
    }
    return [position, this.#length === MAX_CHUNK && this.#cut()];
  }

  #cut(): true {
    this.#length = 0;
    this.#finder.hash = 0;
    return true;
  }

  #close(size: number): void {
    if (this.#hash) this.#chunks.push({ id: pieceIdOf(this.#hash), size });
    this.#hash = undefined;
  }
}

const PHASES = [
  [AVERAGE_CHUNK, STRICT_MASK],
  [MAX_CHUNK, LOOSE_MASK],
] as const;
