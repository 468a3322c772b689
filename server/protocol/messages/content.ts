import * as v from 'valibot';
import { MAX_PIECES, MAX_STRETCHES, MAX_TRANSFER_CONTENTS } from '../limits.ts';
import { notification, request } from './message.ts';
import { contentId, count, share, transferId } from './values.ts';

/**
 * A transfer moves the bytes of one or many contents in binary frames, in the order in which they are listed, each from its
 * offset `from` on, with nothing between them; as a whole either as they are or as one zstd stream (`encoding`).
 */
const content = v.strictObject({ content: contentId, size: count });
const part = v.strictObject({
  content: contentId,
  size: count,
  /** Bytes that the receiver already holds. */ from: count,
});
const parts = v.pipe(v.array(part), v.minLength(1), v.maxLength(MAX_TRANSFER_CONTENTS));
export type ContentPart = v.InferOutput<typeof part>;

export const encoding = v.picklist(['identity', 'zstd']);
export type Encoding = v.InferOutput<typeof encoding>;

/**
 * A stretch of the one content of a transfer that its receiver takes from what it holds already: it is left out of the
 * stream. In ascending order, without overlaps, within `from` and the end.
 */
const stretch = { at: count, length: v.pipe(count, v.minValue(1)) };
const stretches = <T extends v.GenericSchema>(each: T) =>
  v.optional(v.pipe(v.array(each), v.minLength(1), v.maxLength(MAX_STRETCHES)));
const skipped = v.strictObject(stretch);
const reused = v.strictObject({ ...stretch, content: contentId, /** Where it lies in that content. */ offset: count });
export type Stretch = v.InferOutput<typeof skipped>;
export type Reused = v.InferOutput<typeof reused>;

/** Which of these contents the server needs. Staged parts count: `from` is where the upload goes on. */
export const missing = request('content/missing', {
  right: 'write',
  params: v.strictObject({ share, contents: v.pipe(v.array(content), v.maxLength(MAX_TRANSFER_CONTENTS)) }),
  result: v.strictObject({ missing: v.array(part) }),
});

/** A chunk or a group of chunks: the first 16 bytes of a SHA-256 in base64url, and its size in bytes. */
const piece = v.strictTuple([v.pipe(v.string(), v.regex(/^[\w-]{22}$/, 'expected 22 characters of base64url')), count]);

/**
 * Where the share holds these pieces of a large content, so that they need not travel. Chunks are cut as `server/protocol/chunks/`
 * says; a group stands for a run of them, and whoever asks begins with groups and then asks for the chunks of those that were
 * not found. `content` is looked at first, and read for that if need be, which progress tells of; no pieces: that alone.
 * `only`: nowhere else. An answer is a hint: what is put together from it is checked as a whole.
 */
export const locate = request('content/locate', {
  right: 'read',
  params: v.strictObject({
    share,
    content: v.optional(contentId),
    only: v.optional(v.boolean()),
    pieces: v.pipe(v.array(piece), v.maxLength(MAX_PIECES)),
  }),
  result: v.strictObject({
    /** Runs of pieces that lie one behind the other there too, in ascending order; what was not found is in none. */
    found: v.array(v.strictObject({ first: count, count, content: contentId, offset: count })),
  }),
});

/**
 * Announces a transfer to the server; its frames may follow at once, up to the initial credit. Answered when every content
 * has arrived and its hash is right. Until a commit names it, content is staged: kept for a day, visible to nobody. A commit
 * sent on the same connection right behind waits for the uploads announced before it. With `reused`, the server takes these
 * stretches of the one content from others that the share holds; `ContentGone` when it no longer does, and
 * `ContentMismatch` when they are not what was believed: then the content is sent without.
 */
export const upload = request('content/upload', {
  right: 'write',
  deadlineMs: 0,
  params: v.strictObject({ share, transfer: transferId, contents: parts, encoding, reused: stretches(reused) }),
  result: v.strictObject({ /** Bytes of content received, decoded. */ bytes: count }),
});

/**
 * Asks the server to send contents in frames of this transfer. The server chooses among `encodings`; each frame tells.
 * Answered when the last frame has been sent. Content that has left the share meanwhile is `ContentGone`. Stretches of the one
 * content that are `skipped` are not sent.
 */
export const download = request('content/download', {
  right: 'read',
  deadlineMs: 0,
  params: v.strictObject({
    share,
    transfer: transferId,
    contents: parts,
    encodings: v.pipe(v.array(encoding), v.minLength(1), v.maxLength(2)),
    skipped: stretches(skipped),
  }),
  result: v.strictObject({ /** Bytes of content sent, before encoding. */ bytes: count }),
});

/** The receiver lets the sender go on up to (not including) this offset of the transfer's stream. Never shrinks. */
export const credit = notification('content/credit', 'both', v.strictObject({ transfer: transferId, upTo: count }));

/** Either side gives a transfer up. What has been staged stays for a resume. */
export const cancel = notification('content/cancel', 'both', v.strictObject({ transfer: transferId }));
