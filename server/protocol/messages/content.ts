import * as v from 'valibot';
import { MAX_TRANSFER_CONTENTS } from '../limits.ts';
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

/** Which of these contents the server needs. Staged parts count: `from` is where the upload goes on. */
export const missing = request('content/missing', {
  right: 'write',
  params: v.strictObject({ share, contents: v.pipe(v.array(content), v.maxLength(MAX_TRANSFER_CONTENTS)) }),
  result: v.strictObject({ missing: v.array(part) }),
});

/**
 * Announces a transfer to the server; its frames may follow at once, up to the initial credit. Answered when every content
 * has arrived and its hash is right. Until a commit names it, content is staged: kept for a day, visible to nobody. A commit
 * sent on the same connection right behind waits for the uploads announced before it.
 */
export const upload = request('content/upload', {
  right: 'write',
  deadlineMs: 0,
  params: v.strictObject({ share, transfer: transferId, contents: parts, encoding }),
  result: v.strictObject({ /** Bytes of content received, decoded. */ bytes: count }),
});

/**
 * Asks the server to send contents in frames of this transfer. The server chooses among `encodings`; each frame tells.
 * Answered when the last frame has been sent. Content that has left the share meanwhile is `ContentGone`.
 */
export const download = request('content/download', {
  right: 'read',
  deadlineMs: 0,
  params: v.strictObject({
    share,
    transfer: transferId,
    contents: parts,
    encodings: v.pipe(v.array(encoding), v.minLength(1), v.maxLength(2)),
  }),
  result: v.strictObject({ /** Bytes of content sent, before encoding. */ bytes: count }),
});

/** The receiver lets the sender go on up to (not including) this offset of the transfer's stream. Never shrinks. */
export const credit = notification('content/credit', 'both', v.strictObject({ transfer: transferId, upTo: count }));

/** Either side gives a transfer up. What has been staged stays for a resume. */
export const cancel = notification('content/cancel', 'both', v.strictObject({ transfer: transferId }));
