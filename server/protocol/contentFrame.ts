import { SynclineError } from './errors.ts';
import { MAX_FRAME_PAYLOAD } from './limits.ts';

/**
 * A binary frame: 16 bytes of header, big-endian, then the payload.
 *
 * | bytes | field | |
 * |---|---|---|
 * | 0 | kind | 1 = data |
 * | 1 | flags | bit 0: the stream is zstd; bit 1: the last frame of the transfer; other bits 0 |
 * | 2–3 | reserved | 0 |
 * | 4–7 | transfer | the id given by the client |
 * | 8–15 | offset | of the payload in the transfer's stream as it travels, that is after encoding |
 */
export interface ContentFrame {
  readonly transfer: number;
  readonly offset: number;
  readonly zstd: boolean;
  readonly last: boolean;
  /** A view of the received frame; empty only in the last frame. */
  readonly payload: Uint8Array;
}

export const FRAME_HEADER_BYTES = 16;
export const MAX_FRAME_BYTES = FRAME_HEADER_BYTES + MAX_FRAME_PAYLOAD;

const DATA = 1;
const ZSTD = 1;
const LAST = 2;

/** Writes the header over the first 16 bytes of `frame`, whose payload starts behind it. */
export function writeFrameHeader(frame: Uint8Array, header: Omit<ContentFrame, 'payload'>): void {
  const view = new DataView(frame.buffer, frame.byteOffset, FRAME_HEADER_BYTES);
  view.setUint8(0, DATA);
  view.setUint8(1, (header.zstd ? ZSTD : 0) | (header.last ? LAST : 0));
  view.setUint16(2, 0);
  view.setUint32(4, header.transfer);
  view.setBigUint64(8, BigInt(header.offset));
}

/** @throws SynclineError `BadFrame` saying what is wrong with it. */
export function readContentFrame(frame: Uint8Array): ContentFrame {
  if (frame.byteLength < FRAME_HEADER_BYTES) throw bad('it is shorter than its header');
  if (frame.byteLength > MAX_FRAME_BYTES) throw bad(`its payload is longer than ${MAX_FRAME_PAYLOAD} bytes`);
  const view = new DataView(frame.buffer, frame.byteOffset, FRAME_HEADER_BYTES);
  const flags = view.getUint8(1);
  const transfer = view.getUint32(4);
  const offset = view.getBigUint64(8);
  if (view.getUint8(0) !== DATA) throw bad('its kind is not known');
  if ((flags & ~(ZSTD | LAST)) !== 0 || view.getUint16(2) !== 0) throw bad('reserved bits are set');
  if (transfer === 0) throw bad('0 is no transfer');
  if (offset > BigInt(Number.MAX_SAFE_INTEGER)) throw bad('its offset is out of range');
  const payload = frame.subarray(FRAME_HEADER_BYTES);
  const last = (flags & LAST) !== 0;
  if (payload.byteLength === 0 && !last) throw bad('it carries nothing');
  return { transfer, offset: Number(offset), zstd: (flags & ZSTD) !== 0, last, payload };
}

function bad(why: string): SynclineError {
  return new SynclineError('BadFrame', `A binary frame is malformed: ${why}.`);
}
