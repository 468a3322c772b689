import { contentIdOf } from '../../protocol/contentId.ts';
import { writeAnew } from '../../protocol/disk/atomicFile.ts';
import { TimeSlice } from '../../protocol/disk/timeSlice.ts';
import { SynclineError } from '../../protocol/errors.ts';
import type { ContentPart } from '../../protocol/messages/content.ts';
import { SMALL } from './copyContent.ts';
import { removeLeftover } from './removeLeftover.ts';
import { storeError } from './storeError.ts';
import type { StagedFile, Staging } from './staging.ts';

/**
 * Stages the small contents of a pack that came together: file by file without a promise for each, and they become durable
 * together. What is large, or is being written by somebody else, is left to `store`.
 *
 * @throws SynclineError; what came before is staged.
 */
export async function stageAll(
  staging: Staging,
  parts: readonly ContentPart[],
  bytes: Uint8Array,
  store: (part: ContentPart, bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const slice = new TimeSlice();
  const files: Omit<StagedFile, 'synced'>[] = [];
  const descriptors: number[] = [];
  let at = 0;
  try {
    for (const part of parts) {
      if (slice.spent) await slice.rest();
      const piece = bytes.subarray(at, (at += part.size));
      if (part.size > SMALL || !staging.reserve(part.content)) await store(part, piece);
      else {
        descriptors.push(stageOne(staging, part, piece));
        files.push({ content: part.content, size: part.size, file: staging.partOf(part.content) });
      }
    }
  } catch (error) {
    throw storeError(error, 'store an upload');
  } finally {
    const room = staging.completeAll(files, descriptors);
    for (const { content } of files) staging.release(content);
    await room;
  }
}

/** The open descriptor of a new file with the content. */
function stageOne(staging: Staging, { content, size }: ContentPart, bytes: Uint8Array): number {
  const file = staging.partOf(content);
  try {
    if (contentIdOf(bytes) !== content) throw new SynclineError('ContentMismatch');
    staging.requireRoom(size);
    return writeAnew(file, bytes, NEW_FILE);
  } catch (error) {
    if (!(error instanceof SynclineError)) removeLeftover(file);
    staging.release(content);
    throw error;
  }
}

/** The process's umask applies, so that the file gets the mode of a new one at once. */
const NEW_FILE = 0o666;
