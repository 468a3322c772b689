import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { Job } from '../../../server/protocol/messages/jobs.ts';
import { JobClient } from '../../jobs/jobClient.ts';
import { jobUri } from '../jobs/jobDocuments.ts';
import { isActive } from '../jobs/jobList.ts';
import { isJobRow, type JobsRow } from '../jobs/jobsTree.ts';
import { jobWrites } from '../jobs/jobWrites.ts';
import { jobLine, stateText } from '../jobs/jobText.ts';
import { withProgress } from '../messages/progress.ts';
import { commandId, type CommandHandlers } from './commandIds.ts';
import { askOne, askText } from './input.ts';
import { clientOf, PATIENCE, pickServer } from './pickServer.ts';
import type { Services } from './services.ts';

type Names =
  | 'showJobResult'
  | 'cancelJob'
  | 'rerunJob'
  | 'lookUpJob'
  | 'removeJob'
  | 'copyJobId'
  | 'loadMoreJobs'
  | 'refreshJobs';

interface Chosen {
  readonly jobId: string;
  readonly url: string;
}

/** What can be done with jobs that exist. Each takes rows of the Jobs view, or an id, or asks. */
export function jobCommands(services: Services): Pick<CommandHandlers, Names> {
  const { servers, guard, messenger, jobMemory, jobs, jobsView } = services;
  const jobsOf = (url: string) => new JobClient(servers.open(url));

  return {
    async showJobResult(subject) {
      return showResult(await chooseJob(subject, l10n.t('Show Job Result'), () => true), isJobRow(subject));
    },

    async cancelJob(subject) {
      const { jobId, url } = await chooseJob(subject, l10n.t('Cancel Job'), isActive);
      const job = await jobsOf(url).cancel(jobId, PATIENCE);
      jobs.get(url)?.add(job);
      if (!isJobRow(subject)) messenger.inform(l10n.t('Job {0} ({1}): {2}.', job.id, job.operation, stateText(job)));
      return job;
    },

    /** Submits the same work again; returns the new job's id. */
    async rerunJob(subject) {
      const { jobId, url } = await chooseJob(subject, l10n.t('Run Job Again'), (job) => !isActive(job));
      const { operation, params } = await jobsOf(url).workOf(jobId, PATIENCE);
      await guard.require(jobWrites(url, params));
      const job = await jobsOf(url).submit(operation, params, PATIENCE);
      jobMemory.add({ id: job.id, operation, server: url });
      jobs.get(url)?.add(job);
      await vscode.commands.executeCommand('syncline.jobs.focus');
      return job.id;
    },

    /** Takes a job into the list that is not there, because it is old, and shows what it gave if it has ended. */
    async lookUpJob(id) {
      const url = await pickServer(servers);
      const jobId = typeof id === 'string' ? id : await askId(l10n.t('Look Up Job'));
      const job = await jobsOf(url).get(jobId, PATIENCE);
      jobs.get(url)?.add(job);
      if (isActive(job)) await vscode.commands.executeCommand('syncline.jobs.focus');
      else await showResult({ jobId, url });
      return job;
    },

    async removeJob(subject, all) {
      const given = Array.isArray(all) && all.length > 0 ? all.filter(isJobRow) : isJobRow(subject) ? [subject] : [];
      const rows = given.length > 0 ? given : typeof subject === 'string' ? [] : jobsView.selection.filter(isJobRow);
      const ended = rows.filter(({ job }) => !isActive(job));
      const chosen =
        rows.length > 0
          ? ended.map(({ job, url }) => ({ jobId: job.id, url }))
          : [await chooseJob(subject, l10n.t('Forget Job'), (job) => !isActive(job))];
      for (const { jobId, url } of chosen) {
        await forget(jobsOf(url), jobId);
        jobs.get(url)?.forget(jobId);
      }
      return chosen.map(({ jobId }) => jobId);
    },

    async copyJobId(subject) {
      const { jobId } = await chooseJob(subject, l10n.t('Copy Job Id'), () => true);
      await vscode.env.clipboard.writeText(jobId);
      return jobId;
    },

    async loadMoreJobs(row) {
      const urls = isMore(row) ? [row.url] : servers.urls;
      for (const url of urls) await jobs.get(url)?.loadMore(await clientOf(servers, url));
    },

    async refreshJobs() {
      for (const url of servers.urls) await jobs.get(url)?.reload(await clientOf(servers, url));
    },
  };

  /** Waits for the end, and opens the result, or why there is none. */
  async function showResult({ jobId, url }: Chosen, preserveFocus = false) {
    const { job, result } = await withProgress(l10n.t('Job {0}', jobId), (signal) =>
      jobsOf(url).result(jobId, { signal }),
    );
    jobs.get(url)?.add(job);
    const document = await vscode.workspace.openTextDocument(jobUri(url, job, result));
    await vscode.window.showTextDocument(document, { preserveFocus });
    return { job, result };
  }

  /** By row, by id where one is given or typed; the ids of this workspace and the server's own list are offered. */
  async function chooseJob(subject: unknown, title: string, fits: (job: Job) => boolean): Promise<Chosen> {
    if (isJobRow(subject)) return { jobId: subject.job.id, url: subject.url };
    const remembered = jobMemory.all();
    if (typeof subject === 'string') {
      const known = jobs.serverOf(subject) ?? remembered.find((job) => job.id === subject)?.server;
      return { jobId: subject, url: known ?? (await pickServer(servers)) };
    }
    const url = await pickServer(servers);
    const other = { label: l10n.t('$(edit) Enter an id…'), id: '' };
    const known = listJobs(jobsOf(url), fits);
    const items = known.then((list) => {
      const listed = new Set(list.map((job) => job.id));
      const old = remembered.filter(
        (job) => job.server === url && !listed.has(job.id) && title === l10n.t('Show Job Result'),
      );
      return [
        ...list.map((job) => ({ ...jobLine(job), id: job.id })),
        ...old.map((job) => ({
          label: `${job.operation} ${job.id}`,
          description: l10n.t('submitted from here'),
          id: job.id,
        })),
        other,
      ];
    });
    const picked = await askOne(items, { title: `Syncline: ${title}`, placeHolder: l10n.t('Which job?') });
    return { jobId: picked.id === '' ? await askId(title) : picked.id, url };
  }
}

/** Follows a job that was just submitted: where it is seen, and how to its result. */
export function tellSubmitted({ jobMemory, jobs, messenger }: Services, url: string, job: Job): void {
  jobMemory.add({ id: job.id, operation: job.operation, server: url });
  jobs.get(url)?.add(job);
  messenger.inform(
    l10n.t('Job {0} ({1}) was submitted.', job.id, job.operation),
    {
      label: l10n.t('Show Result'),
      run: () => void vscode.commands.executeCommand(commandId('showJobResult'), job.id),
    },
    { label: l10n.t('Copy Id'), run: () => void vscode.env.clipboard.writeText(job.id) },
  );
}

/** One that has expired meanwhile is forgotten already. */
async function forget(client: JobClient, id: string): Promise<void> {
  try {
    await client.remove(id, PATIENCE);
  } catch (error) {
    if (SynclineError.from(error).code !== 'JobNotFound') throw error;
  }
}

/** The newest jobs; for older ones there is the id. */
async function listJobs(client: JobClient, fits: (job: Job) => boolean): Promise<Job[]> {
  for await (const page of client.list(undefined, PATIENCE)) return page.filter(fits);
  return [];
}

const askId = (title: string): Promise<string> =>
  askText({ title: `Syncline: ${title}`, prompt: l10n.t('Id of the job'), check: idMessage });

const idMessage = (id: string): string | undefined =>
  /^[A-Za-z0-9_-]{8,64}$/.test(id) ? undefined : l10n.t('An id has 8 to 64 letters, digits, “_” or “-”.');

const isMore = (value: unknown): value is JobsRow & { kind: 'moreJobs' } =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'moreJobs';
