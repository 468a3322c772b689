import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { ENDED, type Job } from '../../../server/protocol/messages/jobs.ts';
import { JobClient } from '../../jobs/jobClient.ts';
import { parseNumbers, parseSortable, sortParams } from '../compute/parseValues.ts';
import { jobLine, resultText, stateText } from '../jobs/jobText.ts';
import { withProgress } from '../messages/progress.ts';
import { commandId, type CommandHandlers } from './commandIds.ts';
import { askOne, askText } from './input.ts';
import { PATIENCE_MS, pickServer } from './pickServer.ts';
import type { Services } from './services.ts';
import { showText } from './showText.ts';

/** A call that a person waits for does not wait for ever. */
const PATIENCE = { reconnectMs: PATIENCE_MS };

export function jobCommands({
  servers,
  messenger,
  jobMemory,
}: Services): Pick<CommandHandlers, 'submitJob' | 'showJobResult' | 'cancelJob'> {
  return {
    async submitJob(operation, params) {
      const url = await pickServer(servers);
      const client = jobsOf(url);
      const name = typeof operation === 'string' ? operation : await askOperation(client);
      const job = await client.submit(name, params ?? (await askParams(name)), PATIENCE);
      jobMemory.add({ id: job.id, operation: name, server: url });
      messenger.inform(
        `Job ${job.id} (${name}) was submitted.`,
        { label: 'Show Result', run: () => void vscode.commands.executeCommand(commandId('showJobResult'), job.id) },
        { label: 'Copy Id', run: () => void vscode.env.clipboard.writeText(job.id) },
      );
      return job.id;
    },

    async showJobResult(id) {
      const { jobId, url } = await chooseJob(id, 'Show Job Result', () => true);
      const { job, result } = await withProgress(`Job ${jobId}`, (signal) => jobsOf(url).result(jobId, { signal }));
      if (job.state === 'succeeded') await showText(messenger, `Job ${job.id} (${job.operation})`, resultText(result));
      else messenger.warn(`Job ${job.id} (${job.operation}) ${stateText(job)}.`);
      return { job, result };
    },

    async cancelJob(id) {
      const running = (job: Job) => !ENDED.includes(job.state);
      const { jobId, url } = await chooseJob(id, 'Cancel Job', running);
      const job = await jobsOf(url).cancel(jobId, PATIENCE);
      messenger.inform(`Job ${job.id} (${job.operation}): ${stateText(job)}.`);
      return job;
    },
  };

  function jobsOf(url: string): JobClient {
    return new JobClient(servers.open(url));
  }

  /** By id where one is given or typed; the ids of this workspace and the server's own list are offered. */
  async function chooseJob(id: unknown, title: string, fits: (job: Job) => boolean) {
    const remembered = jobMemory.all();
    if (typeof id === 'string')
      return { jobId: id, url: remembered.find((job) => job.id === id)?.server ?? (await pickServer(servers)) };
    const url = await pickServer(servers);
    const other = { label: '$(edit) Enter an id…', id: '' };
    const known = listJobs(jobsOf(url), fits);
    const items = known.then((list) => {
      const listed = new Set(list.map((job) => job.id));
      const old = remembered.filter((job) => job.server === url && !listed.has(job.id) && title === 'Show Job Result');
      return [
        ...list.map((job) => ({ ...jobLine(job), id: job.id })),
        ...old.map((job) => ({ label: `${job.operation} ${job.id}`, description: 'submitted from here', id: job.id })),
        other,
      ];
    });
    const picked = await askOne(items, { title: `Syncline: ${title}`, placeHolder: 'Which job?' });
    const jobId =
      picked.id === ''
        ? await askText({ title: `Syncline: ${title}`, prompt: 'Id of the job', check: idMessage })
        : picked.id;
    return { jobId, url };
  }
}

/** The newest jobs; for older ones there is the id. */
async function listJobs(client: JobClient, fits: (job: Job) => boolean): Promise<Job[]> {
  for await (const page of client.list(undefined, PATIENCE)) return page.filter(fits);
  return [];
}

async function askOperation(client: JobClient): Promise<string> {
  const known = client
    .operations(PATIENCE)
    .then((operations) => operations.map(({ name, summary }) => ({ label: name, detail: summary })));
  return (await askOne(known, { title: 'Syncline: Submit Job', placeHolder: 'Which operation?' })).label;
}

/** Values as one writes them for `add` and `sort`, JSON for everything else and for whoever prefers it. */
async function askParams(operation: string): Promise<unknown> {
  const parse = operation === 'add' ? parseNumbers : operation === 'sort' ? parseSortable : undefined;
  const text = await askText({
    title: `Syncline: Submit Job ${operation}`,
    prompt: parse ? 'Values, separated by blanks or commas; or parameters as JSON.' : 'Parameters as JSON.',
    ...(!parse && { placeHolder: '{ "name": "value" }' }),
    check: (typed) => {
      const read = readParams(typed, parse);
      return typeof read === 'string' ? read : undefined;
    },
  });
  const read = readParams(text, parse);
  if (typeof read === 'string') throw new SynclineError('InvalidParams', read);
  return read.params;
}

/** The parameters, or what is wrong with them. */
function readParams(text: string, parse: typeof parseNumbers | undefined): { readonly params: unknown } | string {
  if (text.startsWith('{') || !parse) {
    try {
      return { params: JSON.parse(text) as unknown };
    } catch (error) {
      return `This is not valid JSON: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  const parsed = parse(text);
  return parsed.kind === 'fault'
    ? parsed.message
    : { params: parse === parseSortable ? sortParams(parsed.values) : { values: parsed.values } };
}

const idMessage = (id: string) =>
  /^[A-Za-z0-9_-]{8,64}$/.test(id) ? undefined : 'An id has 8 to 64 letters, digits, “_” or “-”.';
