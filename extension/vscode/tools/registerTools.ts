import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { RemoteFiles } from '../../connect/remoteFiles.ts';
import { JobClient } from '../../jobs/jobClient.ts';
import { clientOf } from '../commands/pickServer.ts';
import type { Services } from '../commands/services.ts';
import { jobWrites } from '../jobs/jobWrites.ts';
import { requireTrust } from '../servers/requireTrust.ts';
import { prepareTool } from './prepareTool.ts';
import { type Tool, TOOL_NAMES, type ToolFolder, type ToolPlace, type ToolWorld } from './tool.ts';
import { toolTable } from './tools.ts';

/** Lets language models look at the server, and change something there after a person has agreed. */
export function registerTools(services: Services): vscode.Disposable[] {
  // hosts that are no VS Code but run its extensions may know nothing of language models
  if (typeof (vscode as Partial<typeof vscode>).lm?.registerTool !== 'function') return [];
  const tools = toolTable(worldOf(services));
  return TOOL_NAMES.map((name) => vscode.lm.registerTool(name, toLanguageModelTool(tools[name])));
}

function toLanguageModelTool<T>(tool: Tool<T>): vscode.LanguageModelTool<T> {
  return {
    async prepareInvocation({ input }, token) {
      requireTrust();
      return prepareTool(tool, input, signalOf(token));
    },
    async invoke({ input }, token) {
      requireTrust();
      const text = await tool.run(input, signalOf(token));
      return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
    },
  };
}

function signalOf(token: vscode.CancellationToken): AbortSignal {
  const controller = new AbortController();
  token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}

function worldOf({ places, servers, targets, guard }: Services): ToolWorld {
  return {
    async place(wanted): Promise<ToolPlace> {
      const { address } = one('place', places.all, wanted, (each) => each.address.label);
      const { url, share, dir, label } = address;
      const client = await clientOf(servers, url);
      return {
        address: label,
        files: new RemoteFiles(client, { share, ...(dir !== undefined && { dir }) }),
        jobs: new JobClient(servers.open(url)),
        mayRun: (params) => guard.require(jobWrites(url, params)),
      };
    },
    folder(wanted): ToolFolder {
      const target = one('synced folder', targets.all, wanted, (each) => each.folder.name);
      const { folder, address } = target;
      return {
        name: folder.name,
        root: folder.path,
        address: address.label,
        compare: () => target.compare('everything'),
      };
    },
  };
}

/** @throws SynclineError `Usage` */
function one<T>(noun: string, all: readonly T[], wanted: string | undefined, nameOf: (each: T) => string): T {
  const found = wanted === undefined ? all : all.filter((each) => nameOf(each) === wanted);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const names = all.map(nameOf).join(', ');
  throw new SynclineError('Usage', all.length === 0 ? `There is no ${noun}.` : `Which ${noun}? There are: ${names}`);
}
