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

/** What a job gave, as text: values of a list one per line, anything else as JSON. */
export function resultText(result: unknown): string {
  const inner = isRecord(result) && Object.keys(result).length === 1 && 'result' in result ? result['result'] : result;
  if (Array.isArray(inner) && inner.every((value) => typeof value !== 'object')) return inner.map(String).join('\n');
  return typeof inner === 'string' ? inner : JSON.stringify(inner, null, 2);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
