import type { Job } from '../../../server/protocol/messages/jobs.ts';

/** A job as one line of a list. */
export function jobLine(job: Job): { readonly label: string; readonly description: string } {
  return { label: `${job.operation} ${job.id}`, description: stateText(job) };
}

export function stateText(job: Job): string {
  switch (job.state) {
    case 'running':
      return job.progress > 0 ? `running, ${Math.floor(job.progress * 100)} %` : 'running';
    case 'failed':
      return `failed: ${job.error?.message ?? 'the server gave no reason'}`;
    case 'interrupted':
      return 'interrupted by a restart of the server';
    case 'queued':
    case 'cancelling':
    case 'succeeded':
    case 'cancelled':
      return job.state;
  }
}

/** Behind a job's name: how it stands, and once it has ended when and in how long. Times are the server's. */
export function jobDescription(job: Job): string {
  const { startedAt, endedAt } = job;
  if (endedAt === null) return stateText(job);
  const took = startedAt === null ? [] : [durationText(endedAt - startedAt)];
  return [stateText(job), timeText(endedAt), ...took].join(' · ');
}

export function jobTooltip(job: Job): string {
  const times = [
    ['Submitted', job.createdAt],
    ['Started', job.startedAt],
    ['Ended', job.endedAt],
    ['Kept until', job.expiresAt],
  ] as const;
  return [
    `${job.operation}: ${stateText(job)}`,
    `Id: ${job.id}`,
    ...times.flatMap(([what, at]) => (at === null ? [] : [`${what}: ${new Date(at).toLocaleString()}`])),
  ].join('\n');
}

/** What a job that gave no result has to tell. */
export function endText(job: Job, params: unknown): string {
  const parameters = params === null ? [] : ['', 'Parameters:', JSON.stringify(params, null, 2)];
  return [jobTooltip(job), ...parameters, ''].join('\n');
}

/** What a job gave, as text: values of a list one per line, anything else as JSON. */
export function resultText(result: unknown): string {
  const inner = innerResult(result);
  if (isList(inner)) return inner.map(String).join('\n');
  return typeof inner === 'string' ? inner : JSON.stringify(inner, null, 2);
}

/** Whether {@link resultText} is JSON. */
export function isJsonResult(result: unknown): boolean {
  const inner = innerResult(result);
  return typeof inner === 'object' && inner !== null && !isList(inner);
}

const innerResult = (result: unknown): unknown =>
  isRecord(result) && Object.keys(result).length === 1 && 'result' in result ? result['result'] : result;

const isList = (value: unknown): value is unknown[] =>
  Array.isArray(value) && value.every((each) => typeof each !== 'object');

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The day is left out when it is this one. */
export function timeText(at: number): string {
  const date = new Date(at);
  const today = date.toDateString() === new Date().toDateString();
  return date.toLocaleString(undefined, { timeStyle: 'short', ...(!today && { dateStyle: 'short' }) });
}

function durationText(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  const seconds = ms / 1000;
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
