import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import type { ContentId } from '../../server/protocol/contentId.ts';
import { diskError } from '../../server/protocol/disk/diskError.ts';
import { readRange } from '../../server/protocol/disk/readRange.ts';
import { MAX_FRAME_PAYLOAD } from '../../server/protocol/limits.ts';
import { printable } from '../../server/protocol/wirePath.ts';
import type { UploadContent } from './serverClient.ts';

/** The bytes of a local file as something to upload. A file that changes meanwhile is refused by its receiver's check. */
export function fileContent(
  file: string,
  name: string,
  known: { readonly content: ContentId; readonly size: number; readonly replaces?: ContentId | undefined },
): UploadContent {
  const { content, size, replaces } = known;
  return {
    content,
    size,
    replaces,
    hint: name,
    async *range(from, to) {
      try {
        const descriptor = openSync(file, 'r');
        try {
          yield* readRange(descriptor, from, to, { reuse: true });
        } finally {
          closeSync(descriptor);
        }
      } catch (error) {
        throw diskError(error, `read “${printable(name)}”`);
      }
    },
    async *open(from) {
      try {
        if (size - from > MAX_FRAME_PAYLOAD) {
          yield* createReadStream(file, { start: from, end: size - 1, highWaterMark: MAX_FRAME_PAYLOAD });
        } else if (size > from) yield readPiece(file, from, size - from);
      } catch (error) {
        throw diskError(error, `read “${printable(name)}”`);
      }
    },
  };
}

/** Up to a frame's worth at once, which for small files is many times faster than a stream. */
function readPiece(file: string, from: number, length: number): Uint8Array {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.allocUnsafe(length);
    let read = 0;
    while (read < length) {
      const more = readSync(descriptor, bytes, read, length - read, from + read);
      if (more === 0) break;
      read += more;
    }
    return bytes.subarray(0, read);
  } finally {
    closeSync(descriptor);
  }
}
