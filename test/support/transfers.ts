import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { FRAME_HEADER_BYTES, writeFrameHeader } from '../../server/protocol/contentFrame.ts';
import { contentIdOf } from '../../server/protocol/contentId.ts';
import type { ContentPart } from '../../server/protocol/messages/content.ts';
import type { MemorySink } from './memorySink.ts';

/** Bytes that look like source text: they compress, and no stretch of them is like another. */
export function someBytes(size: number): Buffer {
  const text = randomBytes(Math.ceil(size / 3))
    .toString('hex')
    .replaceAll('a', '  ');
  return Buffer.alloc(size, text.slice(0, Math.max(1, size)));
}

export const partOf = (bytes: Uint8Array, from = 0): ContentPart => ({
  content: contentIdOf(bytes),
  size: bytes.byteLength,
  from,
});

/** The bytes in pieces, each in a later turn. */
export async function* inPieces(bytes: Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}

/** A content frame made by hand. */
export function contentFrame(
  payload: Uint8Array,
  header: { transfer?: number; offset?: number; zstd?: boolean; last?: boolean } = {},
): Buffer {
  const frame = Buffer.concat([Buffer.alloc(FRAME_HEADER_BYTES), payload]);
  writeFrameHeader(frame, { transfer: 1, offset: 0, zstd: false, last: false, ...header });
  return frame;
}

/** The sink holds these contents and no others. Says which one is missing; a diff of megabytes would help nobody. */
export function assertHolds(sink: MemorySink, contents: readonly Buffer[]): void {
  for (const [index, content] of contents.entries()) {
    assert.ok(sink.contents.get(partOf(content).content)?.equals(content), `content ${index} of ${contents.length}`);
  }
  assert.equal(sink.contents.size, new Set(contents.map((content) => partOf(content).content)).size);
}
