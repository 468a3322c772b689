import * as l10n from '@vscode/l10n';
import type { Job } from '../../../server/protocol/messages/jobs.ts';
import { inWords } from '../messages/errorText.ts';

/** A job as one line of a list. */
export function jobLine(job: Job): { readonly label: string; readonly description: string } {
  return { label: `${job.operation} ${job.id}`, description: stateText(job) };
}

export function stateText(job: Job): string {
  switch (job.state) {
    case 'running':
      return job.progress > 0 ? l10n.t('running, {0} %', Math.floor(job.progress * 100)) : l10n.t('running');
    case 'failed':
      return l10n.t('failed: {0}', job.error ? inWords(job.error.message) : l10n.t('the server gave no reason'));
    case 'interrupted':
      return l10n.t('interrupted by a restart of the server');
    case 'queued':
      return l10n.t('queued');
    case 'cancelling':
      return l10n.t('cancelling');
    case 'succeeded':
      return l10n.t('succeeded');
    case 'cancelled':
      return l10n.t('cancelled');
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
    [l10n.t('Submitted'), job.createdAt],
    [l10n.t('Started'), job.startedAt],
    [l10n.t('Ended'), job.endedAt],
    [l10n.t('Kept until'), job.expiresAt],
  ] as const;
  return [
    `${job.operation}: ${stateText(job)}`,
    l10n.t('Id: {0}', job.id),
    ...times.flatMap(([what, at]) => (at === null ? [] : [`${what}: ${new Date(at).toLocaleString()}`])),
  ].join('\n');
}

/** What a job that gave no result has to tell. */
export function endText(job: Job, params: unknown): string {
  const parameters = params === null ? [] : ['', l10n.t('Parameters:'), JSON.stringify(params, null, 2)];
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
  if (ms < 1000) return l10n.t('{0} ms', ms);
  const seconds = ms / 1000;
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  return l10n.t('{0} min {1} s', Math.floor(seconds / 60), Math.round(seconds % 60));
}
