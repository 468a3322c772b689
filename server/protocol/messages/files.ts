import * as v from 'valibot';
import { isErrorName, type ErrorName } from '../errors.ts';
import { MAX_OPERATIONS } from '../limits.ts';
import { notification, request } from './message.ts';
import {
  change,
  count,
  cursor,
  empty,
  entry,
  fileEntry,
  identifier,
  linkEntry,
  pageLimit,
  share,
  timestamp,
  wirePath,
} from './values.ts';

const errorName = v.custom<ErrorName>(isErrorName, 'expected the name of an error');
const sentence = v.pipe(v.string(), v.maxLength(2000));

const row = v.strictObject({ path: wirePath, entry, rev: count, /** For showing only. */ modifiedAt: timestamp });
export type ListRow = v.InferOutput<typeof row>;

/** The entries directly in a folder (`path` left out: the root), by name. `after` is the last path of the page before. */
export const list = request('files/list', {
  right: 'read',
  params: v.strictObject({ share, path: v.optional(wirePath), after: v.optional(wirePath), limit: pageLimit }),
  result: v.strictObject({ entries: v.array(row), more: v.boolean() }),
});

/** What a path holds; `found` is null when there is nothing. */
export const stat = request('files/stat', {
  right: 'read',
  params: v.strictObject({ share, path: wirePath }),
  result: v.strictObject({ found: v.nullable(row), cursor }),
});

/**
 * Changes after a cursor, or a snapshot. Without `since`, or when the server can no longer tell the changes since then, a
 * snapshot starts: `reset` is true and `changes` are puts of everything there is, by path. While `more` is true, ask again:
 * with `since` = the answer's cursor for changes, with `snapshot` = the answer's `snapshot` for the rest of a snapshot. The
 * share may change between two pages of a snapshot: its cursor is the one of the first page, and what happened since then
 * comes as changes after the last page, to be applied over it. `dir` limits both to what lies below a folder.
 */
export const changes = request('files/changes', {
  right: 'read',
  params: v.strictObject({
    share,
    dir: v.optional(wirePath),
    since: v.optional(cursor),
    snapshot: v.optional(v.strictObject({ cursor, after: wirePath })),
    limit: pageLimit,
  }),
  result: v.strictObject({
    reset: v.boolean(),
    changes: v.array(change),
    cursor,
    more: v.boolean(),
    snapshot: v.nullable(v.strictObject({ cursor, after: wirePath })),
  }),
});

/** From now on `files/didChange` tells this session what happens in the share (or below `dir`); repeating it is harmless. */
export const watch = request('files/watch', {
  right: 'read',
  params: v.strictObject({ share, dir: v.optional(wirePath) }),
  result: v.strictObject({ cursor }),
});

/**
 * Changes after `from` up to `cursor`. A client whose own cursor is not `from`, or that finds `truncated` true, asks
 * `files/changes` instead. A client's own commits come back this way too.
 */
export const didChange = notification(
  'files/didChange',
  'toClient',
  v.strictObject({
    share,
    dir: v.optional(wirePath),
    from: cursor,
    cursor,
    changes: v.array(change),
    truncated: v.boolean(),
  }),
);

/** What an operation expects to find: this entry by content, or nothing (`null`). A folder's contents are not compared. */
const expectation = v.nullable(entry);

/**
 * Operations are carried out in order, each only if the share still holds what it expects; one that fails does not stop the
 * others. `put` makes missing parent folders. `delete` of a folder refuses when it is not empty, unless `recursive`.
 * `rename` moves a file, link or whole folder; what is at `to` must be as `expectTo` says and is kept in history.
 */
export const operation = v.variant('kind', [
  v.strictObject({
    kind: v.literal('put'),
    path: wirePath,
    entry: v.variant('kind', [fileEntry, linkEntry]),
    expect: expectation,
  }),
  v.strictObject({ kind: v.literal('makeDirectory'), path: wirePath }),
  v.strictObject({ kind: v.literal('delete'), path: wirePath, expect: entry, recursive: v.optional(v.boolean()) }),
  v.strictObject({ kind: v.literal('rename'), from: wirePath, to: wirePath, expect: entry, expectTo: expectation }),
]);
export type Operation = v.InferOutput<typeof operation>;

/**
 * `done`: `rev` is that of the last change it made; `changes`, where it is not one, says how many: none when the share held that
 * already, more when folders on the way were made. `conflict`: the share holds something else than expected, namely `current`;
 * nothing was done.
 */
export const operationResult = v.variant('status', [
  v.strictObject({ status: v.literal('done'), rev: count, changes: v.optional(count) }),
  v.strictObject({ status: v.literal('conflict'), path: wirePath, current: v.nullable(entry) }),
  v.strictObject({ status: v.literal('problem'), path: wirePath, code: errorName, message: sentence }),
]);
export type OperationResult = v.InferOutput<typeof operationResult>;

/** Idempotent: the same id again answers what it answered the first time. The answer is sent once all of it is durable. */
export const commit = request('files/commit', {
  right: 'write',
  deadlineMs: 120_000,
  params: v.strictObject({
    share,
    id: identifier,
    operations: v.pipe(v.array(operation), v.minLength(1), v.maxLength(MAX_OPERATIONS)),
  }),
  result: v.strictObject({ results: v.array(operationResult), cursor }),
});

export const version = v.strictObject({
  path: wirePath,
  /** Revision of the change that replaced or deleted it; with the path it names the version. */
  rev: count,
  entry: v.variant('kind', [fileEntry, linkEntry]),
  reason: v.picklist(['replaced', 'deleted']),
  /** When that happened, on the server's clock. */
  at: timestamp,
  /** Name of the token that did it; `server` for what another program did in the share's folder. */
  by: v.string(),
  /** The change that had written it, wherever it was then; null, also the time alone, when nobody knows any more. */
  since: v.nullable(v.strictObject({ rev: count, at: v.nullable(timestamp) })),
});
export type Version = v.InferOutput<typeof version>;

/**
 * Earlier contents, newest first: of a path, with `below` also of everything under it (path left out: of the share). `before`
 * and `after` are revision and path of the last version of the page before; without `after`, versions of earlier revisions.
 */
export const history = request('files/history', {
  right: 'read',
  params: v.strictObject({
    share,
    path: v.optional(wirePath),
    below: v.optional(v.boolean()),
    before: v.optional(count),
    after: v.optional(wirePath),
    limit: pageLimit,
  }),
  result: v.strictObject({ versions: v.array(version), more: v.boolean() }),
});

/** Puts a version back where it was, or at `to`, as a new change; what is there must be as `expect` says. */
export const restore = request('files/restore', {
  right: 'write',
  params: v.strictObject({ share, path: wirePath, rev: count, to: v.optional(wirePath), expect: expectation }),
  result: v.strictObject({ result: operationResult, cursor }),
});

/**
 * A state of the share: the one after a revision; the one at a time on the server's clock; the one so many milliseconds ago,
 * counted on that clock.
 */
export const moment = v.union([
  v.strictObject({ rev: count }),
  v.strictObject({ time: timestamp }),
  v.strictObject({ agoMs: v.pipe(v.number(), v.minValue(0)) }),
]);

/** `entry` is null where the path held something of which no version is left. */
const pastRow = v.strictObject({ path: wirePath, entry: v.nullable(entry) });
export type PastRow = v.InferOutput<typeof pastRow>;

/**
 * What a path (left out: the root) and everything below it held at a moment, folders before what is in them. `rev` and `at`
 * name that state; for the next page ask with `at` = `{rev}` and `after` = the last path. `found` is null when there was
 * nothing at the path. Before the point where history begins the answer is `HistoryEnds`.
 */
export const past = request('files/past', {
  right: 'read',
  deadlineMs: 120_000,
  params: v.strictObject({
    share,
    path: v.optional(wirePath),
    at: moment,
    after: v.optional(wirePath),
    limit: pageLimit,
  }),
  result: v.strictObject({
    rev: count,
    at: v.nullable(timestamp),
    found: v.nullable(v.strictObject({ entry: v.nullable(entry) })),
    entries: v.array(pastRow),
    more: v.boolean(),
  }),
});

/**
 * Forgets versions of a path, with `below` also of everything under it (path left out: of the share), or only those that had
 * been replaced or deleted by a moment. Contents that nothing else holds are removed. Cannot be undone.
 */
export const purge = request('files/purge', {
  right: 'admin',
  deadlineMs: 120_000,
  params: v.strictObject({
    share,
    path: v.optional(wirePath),
    below: v.optional(v.boolean()),
    upTo: v.optional(moment),
  }),
  result: v.strictObject({ versions: count }),
});

/** Reads files again and compares them with the index, page by page in path order; differences are taken into the index. */
export const verify = request('files/verify', {
  right: 'read',
  deadlineMs: 600_000,
  params: v.strictObject({ share, dir: v.optional(wirePath), after: v.optional(wirePath), limit: pageLimit }),
  result: v.strictObject({
    checked: count,
    drift: v.array(v.strictObject({ path: wirePath, indexed: v.nullable(entry), found: v.nullable(entry) })),
    after: v.nullable(wirePath),
  }),
});

export const unwatch = request('files/unwatch', {
  right: 'read',
  params: v.strictObject({ share, dir: v.optional(wirePath) }),
  result: empty,
});
