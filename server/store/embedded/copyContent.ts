import { closeSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { ContentHasher, type ContentId, contentIdOf } from '../../protocol/contentId.ts';
import { createExclusive, writeFully } from '../../protocol/disk/atomicFile.ts';

/** Up to this size a content is read, checked and written in one synchronous piece. */
export const SMALL = 256 * 1024;
const PIECE = 1024 * 1024;

/** A file that was written and not closed yet. */
export interface Written {
  readonly descriptor: number;
  readonly size: number;
}

/**
 * Copies an open file into a new one and makes sure that it is the expected content; null where it is not. Leaves the source
 * open. Unless it gives a descriptor, the caller has to remove the new file. @throws what the file system says
 */
export async function copyContent(source: number, content: ContentId, target: string): Promise<Written | null> {
  const first = Buffer.allocUnsafe(SMALL + 1);
  const length = readFully(source, first);
  if (length <= SMALL && contentIdOf(first.subarray(0, length)) !== content) return null;
  const descriptor = createExclusive(target);
  try {
    writeFully(descriptor, first.subarray(0, length));
    if (length <= SMALL) return { descriptor, size: length };
    const size = await copyRest(source, descriptor, first, content);
    if (size !== null) return { descriptor, size };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  closeSync(descriptor);
  return null;
}

async function copyRest(
  source: number,
  descriptor: number,
  first: Uint8Array,
  content: ContentId,
): Promise<number | null> {
  const hasher = new ContentHasher();
  hasher.update(first);
  let size = first.length;
  const piece = Buffer.allocUnsafe(PIECE);
  for (;;) {
    const { bytesRead } = await readAsync(source, piece, 0, PIECE, size);
    if (bytesRead === 0) break;
    const bytes = piece.subarray(0, bytesRead);
    hasher.update(bytes);
    writeFully(descriptor, bytes);
    size += bytesRead;
  }
  return hasher.finish() === content ? size : null;
}

/** Reads from the start until the buffer is full or the file ends; gives the number of bytes. */
export function readFully(descriptor: number, buffer: Uint8Array): number {
  let length = 0;
  while (length < buffer.length) {
    const count = readSync(descriptor, buffer, length, buffer.length - length, length);
    if (count === 0) break;
    length += count;
  }
  return length;
}

const readAsync = promisify(read);
