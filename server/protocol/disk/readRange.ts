import { read } from 'node:fs';
import { promisify } from 'node:util';

const PIECE = 1024 * 1024;

/**
 * The bytes of an open file from `from` up to `to`, or to its end if that comes before. The next piece is read while one is
 * being used. Each is a buffer of its own, or, with `reuse`, good until the next one is asked for. Rejects as the disk does.
 */
export async function* readRange(
  descriptor: number,
  from: number,
  to: number,
  { reuse = false } = {},
): AsyncGenerator<Uint8Array> {
  const buffers = reuse ? [0, 1].map(() => Buffer.allocUnsafe(Math.min(PIECE, Math.max(0, to - from)))) : [];
  let count = 0;
  const readAt = (at: number): Promise<Uint8Array> => {
    const length = Math.max(0, Math.min(PIECE, to - at));
    return readInto(descriptor, buffers[count++ % 2] ?? Buffer.allocUnsafe(length), length, at);
  };
  let next = readAt(from);
  try {
    for (let at = from; at < to; ) {
      const bytes = await next;
      if (bytes.length === 0) return;
      at += bytes.length;
      next = readAt(at);
      next.catch(() => {});
      yield bytes;
    }
  } finally {
    // the descriptor is about to be closed
    await next.catch(() => {});
  }
}

async function readInto(descriptor: number, buffer: Buffer, length: number, at: number): Promise<Uint8Array> {
  if (length === 0) return new Uint8Array();
  const { bytesRead } = await readAsync(descriptor, buffer, 0, length, at);
  return buffer.subarray(0, bytesRead);
}

const readAsync = promisify(read);
