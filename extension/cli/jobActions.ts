import { SynclineError } from '../../server/protocol/errors.ts';
import { ENDED, type Job, jobState } from '../../server/protocol/messages/jobs.ts';
import { printable } from '../../server/protocol/wirePath.ts';
import { JobClient, resultOf } from '../jobs/jobClient.ts';
import type { Cli } from './cli.ts';
import { isoTime } from './entryText.ts';
import { formatDuration, formatTime } from './output/format.ts';
import { alignRows, table } from './output/table.ts';
import { type ServerOptions, withServer } from './serverSession.ts';

/** How long a command waits for a server that has gone away while a job runs, milliseconds. */
const RECONNECT_MS = 60_000;

export function submitJob(
  cli: Cli,
  operation: string,
  text: string,
  options: ServerOptions & { wait?: boolean },
): Promise<void> {
  const params = parseParams(text);
  return withJobs(cli, options, (jobs, call) => submit(cli, jobs, { operation, params, wait: options.wait }, call));
}

export function rerunJob(cli: Cli, text: string, options: ServerOptions & { wait?: boolean }): Promise<void> {
  const id = jobId(text);
  return withJobs(cli, options, async (jobs, call) =>
    submit(cli, jobs, { ...(await jobs.workOf(id, call)), wait: options.wait }, call),
  );
}

export function printResult(cli: Cli, id: string, options: ServerOptions): Promise<void> {
  return withJobs(cli, options, async (jobs, call) => {
    printValue(cli, id, resultOf(await jobs.result(jobId(id), call)));
  });
}

export function listJobs(cli: Cli, options: ServerOptions & { state?: string }): Promise<void> {
  const { out } = cli;
  const state = jobState.options.find((known) => known === options.state);
  if (options.state !== undefined && !state) {
    throw new SynclineError('Usage', `There is no state “${options.state}”; there are ${jobState.options.join(', ')}.`);
  }
  return withJobs(cli, options, async (jobs, call) => {
    const all: Job[] = [];
    for await (const page of jobs.list(state, call)) all.push(...page);
    if (out.json) return all.forEach((job) => out.event(jobObject(job)));
    if (all.length === 0) return out.note('There are no jobs.');
    const columns = [
      { title: 'ID' },
      { title: 'OPERATION' },
      { title: 'STATE' },
      { title: 'DONE', align: 'right' },
      { title: 'SUBMITTED' },
    ] as const;
    const rows = all.map((job) => [
      job.id,
      printable(job.operation),
      job.state,
      percent(job),
      formatTime(job.createdAt),
    ]);
    for (const line of table(columns, rows)) out.line(line);
  });
}

export function showJob(cli: Cli, id: string, options: ServerOptions): Promise<void> {
  return withJobs(cli, options, async (jobs, call) => showOne(cli, await jobs.get(jobId(id), call)));
}

export function cancelJob(cli: Cli, id: string, options: ServerOptions): Promise<void> {
  return withJobs(cli, options, async (jobs, call) => {
    const job = await jobs.cancel(jobId(id), call);
    cli.out.result(jobObject(job), `${job.id}: ${job.state}`);
  });
}

export function removeJobs(cli: Cli, ids: readonly string[], options: ServerOptions): Promise<void> {
  return withJobs(cli, options, async (jobs, call) => {
    for (const id of ids.map(jobId)) {
      await jobs.remove(id, call);
      cli.out.result({ event: 'removed', id }, `${id}: forgotten`);
    }
  });
}

export function listOperations(cli: Cli, options: ServerOptions): Promise<void> {
  const { out } = cli;
  return withJobs(cli, options, async (jobs, call) => {
    const all = await jobs.operations(call);
    if (out.json) return all.forEach((operation) => out.event(operation));
    const rows = all.map(({ name, summary, quick }) => [
      printable(name),
      quick ? 'also on the call' : 'as a job',
      printable(summary),
    ]);
    for (const line of alignRows([{ title: '' }, { title: '' }, { title: '' }], rows)) out.line(line);
  });
}

interface Work {
  readonly operation: string;
  readonly params: unknown;
  readonly wait: boolean | undefined;
}

async function submit(cli: Cli, jobs: JobClient, { operation, params, wait }: Work, call: Call): Promise<void> {
  const job = await jobs.submit(operation, params, call);
  if (!wait) return cli.out.result({ id: job.id }, job.id);
  printValue(cli, job.id, resultOf(await jobs.result(job.id, call)));
}

type Call = { readonly signal: AbortSignal; readonly reconnectMs: number };

function withJobs(
  cli: Cli,
  options: ServerOptions,
  work: (jobs: JobClient, call: Call) => Promise<void>,
): Promise<void> {
  const call = { signal: cli.signal, reconnectMs: RECONNECT_MS };
  return withServer(cli, options, ({ provider }) => work(new JobClient(provider), call), 'onceOnline');
}

function parseParams(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? printable(error.message) : '';
    throw new SynclineError('Usage', `The parameters are no JSON: ${why}. Write for example '{"values":["40","2"]}'.`);
  }
}

function jobId(text: string): string {
  if (/^[A-Za-z0-9_-]{8,64}$/.test(text)) return text;
  throw new SynclineError('JobNotFound', `“${printable(text)}” is no id of a job. “syncline jobs list” shows them.`);
}

/** Results come as `syncline add` and `syncline sort` print them; anything else as JSON. */
function printValue({ out }: Cli, id: string, result: unknown): void {
  const value = isWrapped(result) ? result.result : result;
  out.result({ id, result: value }, textOf(value));
}

function textOf(value: unknown): string {
  if (Array.isArray(value))
    return value.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))).join(' ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const isWrapped = (result: unknown): result is { result: unknown } =>
  typeof result === 'object' && result !== null && 'result' in result && Object.keys(result).length === 1;

function showOne({ out }: Cli, job: Job): void {
  const lines: [string, string][] = [
    ['id', job.id],
    ['operation', printable(job.operation)],
    ['state', job.state],
    ['done', percent(job)],
    ['submitted', formatTime(job.createdAt)],
    ...(job.startedAt === null ? [] : ([['started', formatTime(job.startedAt)]] satisfies [string, string][])),
    ...(job.endedAt === null ? [] : ([['ended', endText(job)]] satisfies [string, string][])),
    ...(job.expiresAt === null ? [] : ([['kept until', formatTime(job.expiresAt)]] satisfies [string, string][])),
    ...(job.error ? ([['error', printable(job.error.message)]] satisfies [string, string][]) : []),
  ];
  out.result(jobObject(job), alignRows([{ title: '' }, { title: '' }], lines));
}

const endText = ({ startedAt, endedAt }: Job): string =>
  `${formatTime(endedAt ?? 0)}${startedAt === null ? '' : `, after ${formatDuration((endedAt ?? 0) - startedAt)}`}`;

const percent = ({ state, progress }: Job): string =>
  ENDED.includes(state) && state !== 'succeeded' ? '' : `${Math.floor(progress * 100)} %`;

const jobObject = (job: Job): object => ({
  ...job,
  createdAt: isoTime(job.createdAt),
  startedAt: isoTime(job.startedAt),
  endedAt: isoTime(job.endedAt),
  expiresAt: isoTime(job.expiresAt),
});
