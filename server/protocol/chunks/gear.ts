import { createHash } from 'node:crypto';

/**
 * The numbers that decide where contents are cut (FastCDC with normalised chunking: Xia et al., USENIX ATC 2016 and IEEE TPDS
 * 2020). Both ends must cut alike to find anything in common, so a change of any of them is a change of the protocol; two
 * ends that differ find less to reuse, and nothing worse.
 */

/** Bytes of a chunk: the last one of a content may be smaller. */
export const MIN_CHUNK = 16 * 1024;
export const AVERAGE_CHUNK = 64 * 1024;
export const MAX_CHUNK = 256 * 1024;

/** A cut comes where these bits of the rolling hash are 0: the upper ones, on which the last 32 bytes have worked. */
export const STRICT_MASK = upperBits(18);
/** From {@link AVERAGE_CHUNK} on. */
export const LOOSE_MASK = upperBits(14);

/** What each byte value adds to the rolling hash `h = (h << 1) + GEAR[byte]`, modulo 2^32. */
export const GEAR: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) =>
  createHash('sha256').update(`syncline gear ${byte}`).digest().readUInt32BE(0),
);

function upperBits(count: number): number {
  return -1 << (32 - count);
}
