import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { Field } from '../../../server/protocol/messages/jobs.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import { JobClient } from '../../jobs/jobClient.ts';
import { selectedText } from '../compute/selection.ts';
import { selectionValues } from '../compute/selectionValues.ts';
import { isRow } from '../files/rows.ts';
import type { FormValues } from '../jobs/jobForm.ts';
import { isJobRow } from '../jobs/jobsTree.ts';
import { jobWrites } from '../jobs/jobWrites.ts';
import { askForm } from './askForm.ts';
import type { CommandHandlers } from './commandIds.ts';
import { askOne } from './input.ts';
import { tellSubmitted } from './jobCommands.ts';
import { clientOf, PATIENCE, pickServer } from './pickServer.ts';
import type { Services } from './services.ts';

/** Longest selection that an input box begins with, characters. */
const LONGEST_SUGGESTION = 10_000;

/** Submitting work, with a form that the server's own description of the operation makes. */
export function submitCommands(services: Services): Pick<CommandHandlers, 'submitJob' | 'editJob' | 'sortServerFile'> {
  const { servers, serverFilesView, guard } = services;

  return {
    /** Returns the job's id. `params` submits without a form. */
    async submitJob(operation, params) {
      const url = await pickServer(servers);
      const client = new JobClient(servers.open(url));
      const name = typeof operation === 'string' ? operation : await askOperation(client);
      return submit(url, name, params ?? (await fillIn(url, name, {})));
    },

    /** Submits the same work again, with parameters that can be changed before. */
    async editJob(subject) {
      if (!isJobRow(subject)) throw new SynclineError('Usage', l10n.t('Choose a job in the Jobs view.'));
      const { url, job } = subject;
      const { params } = await new JobClient(servers.open(url)).workOf(job.id, PATIENCE);
      return submit(url, job.operation, await fillIn(url, job.operation, params as FormValues));
    },

    async sortServerFile(subject) {
      const row = isRow(subject) ? subject : serverFilesView.selection[0];
      if (row?.kind !== 'entry') throw new SynclineError('Usage', l10n.t('Choose a file in Server Files.'));
      const { url, share } = row.place.address;
      const { path } = row.row;
      return submit(url, 'sort-file', await fillIn(url, 'sort-file', { share, path, to: path }));
    },
  };

  async function submit(url: string, operation: string, params: unknown): Promise<string> {
    await guard.require(jobWrites(url, params));
    const job = await new JobClient(servers.open(url)).submit(operation, params, PATIENCE);
    tellSubmitted(services, url, job);
    return job.id;
  }

  async function fillIn(url: string, operation: string, initial: FormValues): Promise<FormValues> {
    const { server } = await clientOf(servers, url);
    const known = await new JobClient(servers.open(url)).operations(PATIENCE);
    const fields = known.find(({ name }) => name === operation)?.fields;
    if (!fields) throw new SynclineError('UnknownOperation');
    const shares = server.shares.map(({ name }) => name);
    const suggest = (field: Field, values: FormValues) => suggestion(field, values, selectedPath());
    return askForm({ title: l10n.t('Syncline: Submit Job {0}', operation), fields, initial, suggest, shares });
  }

  function selectedPath(): WirePath | undefined {
    const [row] = serverFilesView.selection;
    return row?.kind === 'entry' && row.row.entry.kind === 'file' ? row.row.path : undefined;
  }
}

/** Values of the editor's selection; the file that is chosen in the tree; a second path is most likely near the first. */
function suggestion({ kind }: Field, values: FormValues, path: WirePath | undefined): unknown {
  if (kind === 'path') return values['path'] ?? path;
  if (kind !== 'values' && kind !== 'numbers') return undefined;
  const text = selectedText(vscode.window.activeTextEditor);
  return text === undefined || text.length > LONGEST_SUGGESTION ? undefined : selectionValues(text).values;
}

async function askOperation(client: JobClient): Promise<string> {
  const known = client
    .operations(PATIENCE)
    .then((operations) => operations.map(({ name, summary }) => ({ label: name, detail: summary })));
  return (await askOne(known, { title: l10n.t('Syncline: Submit Job'), placeHolder: l10n.t('Which operation?') }))
    .label;
}
