import * as v from 'valibot';
import { notification, request } from './message.ts';
import { count, identifier, share } from './values.ts';

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
const right = v.picklist(['read', 'write', 'compute', 'admin']);

/** What the server allows; a client that exceeds one gets `TooLarge` or `TooMany`. Bytes, counts, milliseconds. */
export const limits = v.strictObject({
  messageBytes: count,
  framePayload: count,
  /** Bytes a sender may have under way in a transfer before credit arrives. */
  initialCredit: count,
  /** Transfers under way at the same time on one connection. */
  transfers: count,
  transferContents: count,
  operations: count,
  page: count,
  requests: count,
  values: count,
});
export type Limits = v.InferOutput<typeof limits>;

export const shareInfo = v.strictObject({ name: share, epoch: identifier, rev: count, rights: v.array(right) });
export type ShareInfo = v.InferOutput<typeof shareInfo>;

/** First request of a session; nothing else is answered before it. The token travels here and nowhere else. */
export const hello = request('session/hello', {
  right: null,
  deadlineMs: 10_000,
  params: v.strictObject({
    /** Protocol versions the client speaks. */
    versions: v.pipe(v.array(count), v.minLength(1), v.maxLength(16)),
    client: v.strictObject({ name, version: name }),
    token: v.pipe(v.string(), v.maxLength(512)),
    capabilities: v.strictObject({ zstd: v.boolean() }),
  }),
  result: v.strictObject({
    /** The version chosen: the best both sides speak. */
    version: count,
    server: v.strictObject({ name, version: name, /** Stays the same over restarts. */ id: identifier }),
    token: v.strictObject({ name, rights: v.array(right) }),
    shares: v.array(shareInfo),
    capabilities: v.strictObject({ zstd: v.boolean() }),
    limits,
  }),
});

/** Answered through the same queue as every other request, so an answer proves that requests are served. */
export const probe = request('session/probe', {
  direction: 'both',
  right: null,
  deadlineMs: 10_000,
  params: v.strictObject({}),
  result: v.strictObject({ /** Requests under way on the answering side. */ busy: count }),
});

/** What the server is busy with on its own account, such as re-reading a share. `total` is null where it is not known. */
export const progress = notification(
  'session/progress',
  'toClient',
  v.strictObject({
    share,
    activity: v.picklist(['rescan', 'verify', 'stopping']),
    done: count,
    total: v.nullable(count),
  }),
);
