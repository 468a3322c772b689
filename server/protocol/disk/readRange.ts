import { read } from 'node:fs';
import { promisify } from 'node:util';

const PIECE = 1024 * 1024;

/**
 * The bytes of an open file from `from` up to `to`, or to its end if that comes before. The next piece is read while one is
 * being used; each is a buffer of its own. Rejects as the disk does.
 */
export async function* readRange(descriptor: number, from: number, to: number): AsyncGenerator<Uint8Array> {
  let next = readAt(descriptor, from, to);
  for (let at = from; at < to; ) {
    const bytes = await next;
    if (bytes.length === 0) return;
    at += bytes.length;
    next = readAt(descriptor, at, to);
    // whoever stops early never hears of it
    next.catch(() => {});
    yield bytes;
  }
}

async function readAt(descriptor: number, at: number, to: number): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(PIECE, to - at)));
  if (buffer.length === 0) return buffer;
  const { bytesRead } = await readAsync(descriptor, buffer, 0, buffer.length, at);
  return buffer.subarray(0, bytesRead);
}

const readAsync = promisify(read);
