import * as vscode from 'vscode';
import { ENDED } from '../../../server/protocol/messages/jobs.ts';
import type { Job } from '../../../server/protocol/messages/jobs.ts';
import { JobClient } from '../../jobs/jobClient.ts';
import { PATIENCE } from '../commands/pickServer.ts';
import type { Servers } from '../servers/servers.ts';
import { endText, isJsonResult, resultText } from './jobText.ts';

const SCHEME = 'syncline-job';

/** The document of an ended job: its result, else why there is none. The extension of its name chooses the language. */
export function jobUri(url: string, { id, operation }: Job, result: unknown): vscode.Uri {
  const path = `/${operation} ${id.slice(0, 8)}.${isJsonResult(result) ? 'json' : 'txt'}`;
  return vscode.Uri.from({ scheme: SCHEME, path, query: JSON.stringify({ url, id }) });
}

/** Results are asked for when they are shown, so they are there again after a reload of the window. */
export function registerJobDocuments(servers: Servers): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    async provideTextDocumentContent({ query }) {
      const { url, id } = JSON.parse(query) as { readonly url: string; readonly id: string };
      const client = new JobClient(servers.open(url));
      const { job, result } = await client.result(id, PATIENCE);
      if (job.state === 'succeeded') return resultText(result);
      return endText(job, ENDED.includes(job.state) ? await client.params(id, PATIENCE) : null);
    },
  });
}
