import type * as vscode from 'vscode';
import type { Conflict } from '../sync/reconcile/conflict.ts';
import type { Row } from './files/rows.ts';
import type { JobsRow } from './jobs/jobsTree.ts';
import type { HistoryRow } from './history/historyTree.ts';
import type { PlanRow } from './plan/planTree.ts';
import type { TargetStatus } from './status/targetStatus.ts';

/** What `activate` returns, for other extensions. Commands (`syncline.*`) take the same arguments that menus give them. */
export interface SynclineApi {
  readonly apiVersion: 1;

  /**
   * Connects to `ws://HOST:PORT/SHARE[/DIR]`. A token that is given is kept in the secret storage; without one the kept one is
   * used, or the person is asked. Rejects with an error whose `code` is one of Syncline's.
   */
  connect(address: string, token?: string): Promise<void>;

  /** The folders that are synced, and how that goes. */
  targets(): readonly SyncedFolder[];
  readonly onDidChangeTargets: vscode.Event<void>;

  /** The Server Files view as data. */
  readonly serverFiles: Pick<vscode.TreeDataProvider<Row>, 'getChildren' | 'getTreeItem' | 'onDidChangeTreeData'>;

  /** The History view as data. */
  readonly history: Pick<vscode.TreeDataProvider<HistoryRow>, 'getChildren' | 'getTreeItem' | 'onDidChangeTreeData'>;

  /** The Plan view as data, and ticking its boxes. */
  readonly plan: Pick<vscode.TreeDataProvider<PlanRow>, 'getChildren' | 'getTreeItem' | 'onDidChangeTreeData'>;
  choosePlanRows(rows: readonly PlanRow[], chosen: boolean): void;

  /** The Jobs view as data. */
  readonly jobs: Pick<vscode.TreeDataProvider<JobsRow>, 'getChildren' | 'getTreeItem' | 'onDidChangeTreeData'>;

  /** Handles a `vscode://syncline.syncline/…` link as if it had been opened. */
  openLink(uri: vscode.Uri): Promise<void>;
}

export interface OutsideBatch {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly changes: number;
}

export interface SyncedFolder {
  readonly folder: string;
  readonly address: string;
  readonly mode: string;
  readonly status: TargetStatus;
  /** Marked as production. */
  readonly isProduction: boolean;
  readonly conflicts: readonly Conflict[];
  /** What other programs changed without a save, in batches that `syncline.undoOutsideChanges` undoes; newest first. */
  readonly outsideChanges: readonly OutsideBatch[];
}
