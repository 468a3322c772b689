import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Job } from '../../../server/protocol/messages/jobs.ts';
import { commandId } from '../commands/commandIds.ts';
import { countText } from '../files/sizeText.ts';
import { Soon } from '../soon.ts';
import { isActive } from './jobList.ts';
import type { JobsModel } from './jobsModel.ts';
import { jobDescription, jobTooltip } from './jobText.ts';

/** What the Jobs view is made of; servers are shown when there are several. */
export type JobsRow =
  | { readonly kind: 'jobServer'; readonly url: string }
  | JobRow
  | { readonly kind: 'moreJobs'; readonly url: string };

export interface JobRow {
  readonly kind: 'job';
  readonly url: string;
  readonly job: Job;
}

export const isJobRow = (value: unknown): value is JobRow =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'job' && 'job' in value;

/** Events of running jobs come often; the view is drawn anew this much later, milliseconds. */
const GATHER_MS = 100;

/** Running jobs with their progress, then the ended ones. */
export class JobsTree implements vscode.TreeDataProvider<JobsRow> {
  readonly #jobs: JobsModel;
  readonly #changes = new vscode.EventEmitter<undefined>();
  readonly #listening: { dispose(): void };
  readonly #redraw = new Soon(GATHER_MS, () => this.#changes.fire(undefined));

  readonly onDidChangeTreeData = this.#changes.event;

  constructor(jobs: JobsModel) {
    this.#jobs = jobs;
    this.#listening = jobs.onDidChange(() => this.#redraw.ask());
  }

  getChildren(row?: JobsRow): JobsRow[] {
    const servers = this.#jobs.all;
    const [only] = servers;
    if (!row && servers.length > 1) return servers.map(({ url }) => ({ kind: 'jobServer', url }));
    const jobs = row?.kind === 'jobServer' ? this.#jobs.get(row.url) : row ? undefined : only;
    if (!jobs) return [];
    const { url } = jobs;
    const rows: JobsRow[] = jobs.all.map((job) => ({ kind: 'job', url, job }));
    return jobs.hasMore ? [...rows, { kind: 'moreJobs', url }] : rows;
  }

  getParent(row: JobsRow): JobsRow | undefined {
    return row.kind === 'jobServer' || this.#jobs.all.length < 2 ? undefined : { kind: 'jobServer', url: row.url };
  }

  getTreeItem(row: JobsRow): vscode.TreeItem {
    if (row.kind === 'jobServer') return serverItem(row.url, this.#jobs.get(row.url)?.all.filter(isActive).length ?? 0);
    if (row.kind === 'moreJobs') return moreItem(row);
    return jobItem(row);
  }

  dispose(): void {
    this.#redraw.dispose();
    this.#listening.dispose();
    this.#changes.dispose();
  }
}

function jobItem(row: JobRow): vscode.TreeItem {
  const { job, url } = row;
  const item = new vscode.TreeItem(job.operation);
  item.id = `${url}\n${job.id}`;
  item.description = jobDescription(job);
  item.tooltip = jobTooltip(job);
  item.iconPath = iconOf(job);
  item.contextValue = isActive(job) ? 'jobActive' : job.state === 'succeeded' ? 'jobSucceeded' : 'jobEnded';
  item.accessibilityInformation = { label: l10n.t('Job {0}, {1}', job.operation, jobDescription(job)) };
  if (!isActive(job))
    item.command = { title: l10n.t('Show Job Result'), command: commandId('showJobResult'), arguments: [row] };
  return item;
}

function serverItem(url: string, active: number): vscode.TreeItem {
  const item = new vscode.TreeItem(new URL(url).host, vscode.TreeItemCollapsibleState.Expanded);
  item.id = url;
  item.iconPath = new vscode.ThemeIcon('server');
  if (active > 0) item.description = countText(active, l10n.t('active job'));
  return item;
}

function moreItem(row: JobsRow & { kind: 'moreJobs' }): vscode.TreeItem {
  const item = new vscode.TreeItem(l10n.t('Load more…'));
  item.id = `${row.url}\nmore`;
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.command = { title: l10n.t('Load More'), command: commandId('loadMoreJobs'), arguments: [row] };
  return item;
}

function iconOf({ state }: Job): vscode.ThemeIcon {
  switch (state) {
    case 'queued':
      return new vscode.ThemeIcon('watch');
    case 'running':
    case 'cancelling':
      return new vscode.ThemeIcon('sync~spin');
    case 'succeeded':
      return new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed'));
    case 'failed':
      return new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed'));
    case 'cancelled':
      return new vscode.ThemeIcon('circle-slash');
    case 'interrupted':
      return new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  }
}
