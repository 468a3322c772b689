import { createReadStream } from 'node:fs';
import type { ContentId } from '../../server/protocol/contentId.ts';
import { diskError } from '../../server/protocol/disk/diskError.ts';
import { MAX_FRAME_PAYLOAD } from '../../server/protocol/limits.ts';
import type { UploadContent } from './serverClient.ts';

/** The bytes of a local file as something to upload. A file that changes meanwhile is refused by its receiver's check. */
export function fileContent(file: string, name: string, known: { content: ContentId; size: number; from?: number }): UploadContent {
  return {
    ...known,
    hint: name,
    async *open(from) {
      try {
        if (known.size === from) return;
        yield* createReadStream(file, { start: from, end: known.size - 1, highWaterMark: MAX_FRAME_PAYLOAD });
      } catch (error) {
        throw diskError(error, `read “${name}”`);
      }
    },
  };
}
