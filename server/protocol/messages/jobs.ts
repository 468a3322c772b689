import * as v from 'valibot';
import { isErrorName, type ErrorName } from '../errors.ts';
import { notification, request } from './message.ts';
import { count, cursor, empty, identifier, pageLimit, share, timestamp } from './values.ts';

export const jobState = v.picklist([
  'queued',
  'running',
  'cancelling',
  'succeeded',
  'failed',
  'cancelled',
  'interrupted',
]);
export type JobState = v.InferOutput<typeof jobState>;

/** States in which a job stays for ever. */
export const ENDED: readonly JobState[] = ['succeeded', 'failed', 'cancelled', 'interrupted'];

const jobError = v.strictObject({
  code: v.custom<ErrorName>(isErrorName, 'expected the name of an error'),
  message: v.string(),
  index: v.optional(count),
});

export const job = v.strictObject({
  id: identifier,
  operation: v.string(),
  state: jobState,
  /** 0 to 1, never falls. */
  progress: v.number(),
  createdAt: timestamp,
  startedAt: v.nullable(timestamp),
  endedAt: v.nullable(timestamp),
  /** When the record and its result are dropped; null while the job has not ended. */
  expiresAt: v.nullable(timestamp),
  error: v.nullable(jobError),
  /** Number of the job's last event among all events of the token's jobs. */
  seq: count,
});
export type Job = v.InferOutput<typeof job>;

/**
 * Durable before it is answered. The same `requestId` again answers the same job. With `requireRev` the job waits in line
 * until that share has reached the revision, and fails with `RevisionNotReached` where the epoch is another.
 */
export const submit = request('jobs/submit', {
  right: 'compute',
  params: v.strictObject({
    operation: v.pipe(v.string(), v.maxLength(100)),
    params: v.unknown(),
    requestId: identifier,
    requireRev: v.optional(v.strictObject({ share, cursor })),
  }),
  result: v.strictObject({ job }),
});

export const get = request('jobs/get', {
  right: 'compute',
  params: v.strictObject({ id: identifier }),
  result: v.strictObject({ job }),
});

/** Waits up to `waitMs` (at most 60,000; default 0) for the end. `result` is null unless the job succeeded. Repeatable. */
export const result = request('jobs/result', {
  right: 'compute',
  deadlineMs: 90_000,
  params: v.strictObject({ id: identifier, waitMs: v.optional(v.pipe(count, v.maxValue(60_000))) }),
  result: v.strictObject({ job, result: v.unknown() }),
});

/** Answers at once; a running job turns `cancelling` and ends as `cancelled` unless it was faster. `JobEnded` after its end. */
export const cancel = request('jobs/cancel', {
  right: 'compute',
  params: v.strictObject({ id: identifier }),
  result: v.strictObject({ job }),
});

/** The token's own jobs, newest first. `after` is the last id of the page before. */
export const list = request('jobs/list', {
  right: 'compute',
  params: v.strictObject({ state: v.optional(jobState), after: v.optional(identifier), limit: pageLimit }),
  result: v.strictObject({ jobs: v.array(job), more: v.boolean() }),
});

/** Forgets an ended job and its result. */
export const remove = request('jobs/remove', {
  right: 'compute',
  params: v.strictObject({ id: identifier }),
  result: empty,
});

/** Events of the token's jobs from now on; `jobs` are those with an event after `since`. */
export const watch = request('jobs/watch', {
  right: 'compute',
  params: v.strictObject({ since: v.optional(count) }),
  result: v.strictObject({ seq: count, jobs: v.array(job) }),
});

export const didChange = notification('jobs/didChange', 'toClient', v.strictObject({ job }));

/** What a job was submitted with; null once it has ended if that is longer than 64 KiB as JSON. */
export const params = request('jobs/params', {
  right: 'compute',
  params: v.strictObject({ id: identifier }),
  result: v.strictObject({ params: v.unknown() }),
});

/** One parameter of an operation, as a form shows it. */
export const field = v.strictObject({
  name: v.string(),
  /** `values`: a list of numbers or of texts. `path`: a wire path in the share that the field `share` names. */
  kind: v.picklist(['numbers', 'values', 'text', 'integer', 'choice', 'switch', 'share', 'path']),
  required: v.boolean(),
  /** One sentence for a person; may be empty. */
  description: v.string(),
  /** Of a choice. */
  choices: v.optional(v.array(v.string())),
  /** Bounds of an integer, or of the length of a text. */
  least: v.optional(v.number()),
  most: v.optional(v.number()),
});
export type Field = v.InferOutput<typeof field>;

/** What can be submitted: name, one sentence, whether it is also answered on the call, its parameters. */
export const operations = request('jobs/operations', {
  right: 'compute',
  params: empty,
  result: v.strictObject({
    operations: v.array(
      v.strictObject({ name: v.string(), summary: v.string(), quick: v.boolean(), fields: v.array(field) }),
    ),
  }),
});
