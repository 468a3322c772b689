import { GEAR } from './gear.ts';
import { BYTES_AT, type GearExports, instantiateGear, ROOM } from './gearModule.ts';

/** The inner loop of chunking. Two implementations find the same cuts, see `test/protocol/chunks/`. */
export interface CutFinder {
  /** State of the rolling hash, a signed 32-bit number. */
  hash: number;
  /**
   * Rolls over `bytes` from `at` up to the first position where the hash has none of the bits of `mask`; gives what lies behind
   * that byte, or `end`. Whether it was a cut is seen in {@link hash}. `at < end`.
   */
  find(bytes: Uint8Array, at: number, end: number, mask: number): number;
}

/** The fast one where there is WebAssembly (four times as fast), else the other. */
export function makeCutFinder(): CutFinder {
  try {
    return new WasmCutFinder();
  } catch {
    return new PlainCutFinder();
  }
}

export class PlainCutFinder implements CutFinder {
  hash = 0;

  find(bytes: Uint8Array, at: number, end: number, mask: number): number {
    let { hash } = this;
    let position = at;
    do {
      hash = ((hash << 1) + (GEAR[bytes[position++] as number] as number)) | 0;
    } while (position < end && (hash & mask) !== 0);
    this.hash = hash;
    return position;
  }
}

export class WasmCutFinder implements CutFinder {
  readonly #gear: GearExports;
  readonly #memory: Uint8Array;

  constructor() {
    this.#gear = instantiateGear();
    this.#memory = new Uint8Array(this.#gear.memory.buffer);
  }

  get hash(): number {
    return this.#gear.hash.value;
  }

  set hash(value: number) {
    this.#gear.hash.value = value;
  }

  find(bytes: Uint8Array, at: number, end: number, mask: number): number {
    for (let from = at; ; ) {
      const length = Math.min(end - from, ROOM);
      this.#memory.set(bytes.subarray(from, from + length), BYTES_AT);
      const stop = from + this.#gear.find(BYTES_AT, BYTES_AT + length, mask) - BYTES_AT;
      if (stop === end || (this.hash & mask) === 0) return stop;
      from = stop;
    }
  }
}
