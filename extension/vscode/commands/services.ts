import type * as vscode from 'vscode';
import type { Row } from '../files/rows.ts';
import type { ServerFilesTree } from '../files/serverFilesTree.ts';
import type { HistoryModel } from '../history/historyModel.ts';
import type { JobsModel } from '../jobs/jobsModel.ts';
import type { JobsRow } from '../jobs/jobsTree.ts';
import type { RememberedJob } from '../jobs/rememberedJobs.ts';
import type { Messenger } from '../messages/messenger.ts';
import type { PlanModel } from '../plan/planModel.ts';
import type { ProductionGuard } from '../production/productionGuard.ts';
import type { Connector } from '../servers/connector.ts';
import type { LocalServerHolder } from '../servers/localServerHolder.ts';
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
  readonly guard: ProductionGuard;
  readonly places: Places;
  readonly tokens: Tokens;
  readonly connector: Connector;
  readonly consent: ConsentMemory;
  readonly targets: TargetHub;
  readonly serverFiles: ServerFilesTree;
  readonly serverFilesView: vscode.TreeView<Row>;
  readonly plans: PlanModel;
  readonly history: HistoryModel;
  readonly jobs: JobsModel;
  readonly jobsView: vscode.TreeView<JobsRow>;
  readonly jobMemory: JobMemory;
  readonly recentAddresses: RecentAddresses;
  readonly localServer: LocalServerHolder;
  /** Where targets keep their bases and safety copies, as the command line does in the user's state folder. */
  readonly stateHome: string;
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
