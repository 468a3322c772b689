import * as v from 'valibot';
import { type ContentId, isContentId } from '../contentId.ts';
import type { Entry } from '../entry.ts';
import { MAX_PAGE } from '../limits.ts';
import { isWirePath, type WirePath } from '../wirePath.ts';

/** Schemas of the values that several messages share. Every object is strict: a field that is not known is an error. */

export const ILLEGAL_PATH = 'illegal path';

export const wirePath = v.custom<WirePath>(isWirePath, ILLEGAL_PATH);
export const contentId = v.custom<ContentId>(isContentId, 'expected 64 lower-case hexadecimal digits');
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
export const share = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i, 'expected a share name'));
export const pageLimit = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_PAGE)));
/** Client-made and server-made ids: UUIDs and the like. */
export const identifier = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_-]{8,64}$/, 'expected 8 to 64 letters, digits, _ or -'),
);
/** Chosen by the client, unique among the transfers of a connection. */
export const transferId = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(0xffffffff));
/** Milliseconds since 1970 on the clock of whoever wrote it: for showing only, never compared between machines. */
export const timestamp = v.number();
export const empty = v.strictObject({});

export const fileEntry = v.strictObject({
  kind: v.literal('file'),
  content: contentId,
  size: count,
  executable: v.boolean(),
});
export const directoryEntry = v.strictObject({ kind: v.literal('directory') });
export const linkEntry = v.strictObject({ kind: v.literal('link'), target: v.pipe(v.string(), v.maxLength(4096)) });
export const entry: v.GenericSchema<unknown, Entry> = v.variant('kind', [fileEntry, directoryEntry, linkEntry]);

/** Where a client stands in a share's changes. Another epoch means that the server's numbering began anew. */
export const cursor = v.strictObject({ epoch: identifier, rev: count });
export type Cursor = v.InferOutput<typeof cursor>;

/** One change of a share. `delete` takes everything below the path with it; `rename` moves everything below. */
export const change = v.variant('kind', [
  v.strictObject({ kind: v.literal('put'), rev: count, path: wirePath, entry }),
  v.strictObject({ kind: v.literal('delete'), rev: count, path: wirePath }),
  v.strictObject({ kind: v.literal('rename'), rev: count, from: wirePath, to: wirePath }),
]);
export type Change = v.InferOutput<typeof change>;
