import type * as vscode from 'vscode';
import type { EntryRow, Row } from '../files/rows.ts';
import type { ServerFilesTree } from '../files/serverFilesTree.ts';
import type { RememberedJob } from '../jobs/rememberedJobs.ts';
import type { Messenger } from '../messages/messenger.ts';
import type { Connector } from '../servers/connector.ts';
import type { LocalServer } from '../servers/localServer.ts';
import type { Places } from '../servers/places.ts';
import type { Servers } from '../servers/servers.ts';
import type { Tokens } from '../servers/tokens.ts';
import type { ConsentMemory } from '../targets/consentMemory.ts';
import type { TargetHub } from '../targets/targetHub.ts';

/** What commands work with; the composition root makes it once. */
export interface Services {
  readonly log: vscode.LogOutputChannel;
  readonly messenger: Messenger;
  readonly servers: Servers;
  readonly places: Places;
  readonly tokens: Tokens;
  readonly connector: Connector;
  readonly consent: ConsentMemory;
  readonly targets: TargetHub;
  readonly serverFiles: ServerFilesTree;
  readonly serverFilesView: vscode.TreeView<Row>;
  readonly jobMemory: JobMemory;
  readonly recentAddresses: RecentAddresses;
  readonly makeLocalServer: () => LocalServer;
}

/** Jobs submitted from this workspace, over reloads. */
export interface JobMemory {
  all(): readonly RememberedJob[];
  add(job: RememberedJob): void;
}

/** Addresses that were connected to before, newest first. */
export interface RecentAddresses {
  all(): readonly string[];
  add(label: string): void;
}

/** The entries of the tree that a command is about: what the menu gave, else what is selected. */
export function entriesOf({ serverFilesView }: Services, args: readonly unknown[]): EntryRow[] {
  const [first, all] = args as readonly [Row | undefined, readonly Row[] | undefined];
  const rows = Array.isArray(all) && all.length > 0 ? all : first ? [first] : serverFilesView.selection;
  return rows.filter((row) => row.kind === 'entry');
}
