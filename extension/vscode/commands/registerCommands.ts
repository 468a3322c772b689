import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { requireTrust } from '../servers/requireTrust.ts';
import { batchCommands } from './batchCommands.ts';
import { changeCommands } from './changeCommands.ts';
import { COMMAND_NAMES, type CommandHandlers, type CommandName, commandId } from './commandIds.ts';
import { computeCommands } from './computeCommands.ts';
import { conflictCommands } from './conflictCommands.ts';
import { connectCommands } from './connectCommands.ts';
import { historyCommands } from './historyCommands.ts';
import { jobCommands } from './jobCommands.ts';
import { placeCommands } from './placeCommands.ts';
import { planCommands } from './planCommands.ts';
import { productionCommands } from './productionCommands.ts';
import { safetyCommands } from './safetyCommands.ts';
import type { Services } from './services.ts';
import { shareCommands } from './shareCommands.ts';
import { statusCommand } from './statusCommand.ts';
import { submitCommands } from './submitCommands.ts';
import { syncCommands } from './syncCommands.ts';
import { syncFolderCommand } from './syncFolder.ts';
import { testConnectionCommand } from './testConnection.ts';
import { transferCommands } from './transferCommands.ts';
import { undoCommands } from './undoCommands.ts';
import { verifyCommands } from './verifyCommands.ts';
import { viewCommands } from './viewCommands.ts';

/** The whole table; leaving a command out does not compile. */
export function commandTable(services: Services): CommandHandlers {
  return {
    ...connectCommands(services),
    ...testConnectionCommand(services),
    ...productionCommands(services),
    ...syncFolderCommand(services),
    ...transferCommands(services),
    ...changeCommands(services),
    ...viewCommands(services),
    ...shareCommands(services),
    ...placeCommands(services),
    ...syncCommands(services),
    ...planCommands(services),
    ...conflictCommands(services),
    ...verifyCommands(services),
    ...historyCommands(services),
    ...undoCommands(services),
    ...safetyCommands(services),
    ...batchCommands(services),
    ...computeCommands(services),
    ...jobCommands(services),
    ...submitCommands(services),
    ...statusCommand(services),
  };
}

/** A failed command is told once, with what can be done about it, and resolves to undefined. */
export function registerCommands(services: Services): vscode.Disposable[] {
  const handlers = commandTable(services);
  return COMMAND_NAMES.map((name) =>
    vscode.commands.registerCommand(commandId(name), async (...args: unknown[]) => {
      services.log.debug(`Command ${name}`);
      try {
        if (!WITHOUT_TRUST.has(name)) requireTrust();
        return await handlers[name](...args);
      } catch (error) {
        const again = () => void vscode.commands.executeCommand(commandId(name), ...args);
        services.messenger.report(DOING[name], error, SynclineError.from(error).retryable ? { retry: again } : {});
        return undefined;
      }
    }),
  );
}

/** What neither connects nor moves anything. */
const WITHOUT_TRUST: ReadonlySet<CommandName> = new Set(['showStatus', 'showLog', 'manageTrust', 'setToken']);

/** Each command as the end of “Could not …”. */
const DOING: Readonly<Record<CommandName, string>> = {
  connect: l10n.t('connect'),
  disconnect: l10n.t('disconnect'),
  startLocalServer: l10n.t('start the local server'),
  setToken: l10n.t('set the token'),
  testConnection: l10n.t('test the connection'),
  markProduction: l10n.t('mark the place as production'),
  unmarkProduction: l10n.t('remove the mark of production'),
  allowProductionWrites: l10n.t('allow writing to production'),
  getStarted: l10n.t('open the walkthrough'),
  syncFolder: l10n.t('set the folder up for sync'),
  upload: l10n.t('upload'),
  uploadFolder: l10n.t('upload the folder'),
  download: l10n.t('download'),
  rename: l10n.t('rename'),
  delete: l10n.t('delete'),
  newFolder: l10n.t('make the folder'),
  openServerFile: l10n.t('open the file'),
  openServerPart: l10n.t('open a part of the file'),
  openShareFolder: l10n.t('open the share as a folder'),
  refreshServerFiles: l10n.t('refresh the server’s files'),
  loadMore: l10n.t('load more files'),
  copyServerPath: l10n.t('copy the path'),
  copyRelativePath: l10n.t('copy the path'),
  revealInServerFiles: l10n.t('show the file in Server Files'),
  revealInExplorer: l10n.t('show the file in the Explorer'),
  showDifferences: l10n.t('show the differences'),
  showAllFiles: l10n.t('show all files'),
  syncNow: l10n.t('sync'),
  previewSync: l10n.t('preview the sync'),
  syncSelected: l10n.t('carry out the plan'),
  refreshPlan: l10n.t('make the plan anew'),
  closePlan: l10n.t('close the plan'),
  showPlanText: l10n.t('show the plan'),
  openPlanStep: l10n.t('open the differences'),
  pauseAutoSync: l10n.t('pause auto-sync'),
  resumeAutoSync: l10n.t('resume auto-sync'),
  compareWithServer: l10n.t('compare with the server'),
  resolveConflict: l10n.t('resolve the conflict'),
  openConflict: l10n.t('open the differences'),
  keepMine: l10n.t('resolve the conflict'),
  keepTheirs: l10n.t('resolve the conflict'),
  keepBoth: l10n.t('resolve the conflict'),
  mergeConflict: l10n.t('merge the conflict'),
  explainFile: l10n.t('explain the file'),
  verifyWorkspace: l10n.t('verify the workspace'),
  showHistory: l10n.t('show the history'),
  showDeletedFiles: l10n.t('show what was deleted'),
  openVersion: l10n.t('open the version'),
  compareVersion: l10n.t('compare the version'),
  loadMoreVersions: l10n.t('load more versions'),
  refreshHistory: l10n.t('refresh the history'),
  restoreVersion: l10n.t('restore the version'),
  restoreAt: l10n.t('restore it as it was'),
  showSafetyCopies: l10n.t('show safety copies'),
  undoOutsideChanges: l10n.t('undo the changes'),
  addNumbers: l10n.t('add'),
  sortValues: l10n.t('sort'),
  sortDescending: l10n.t('sort'),
  sortToEditor: l10n.t('sort'),
  submitJob: l10n.t('submit the job'),
  showJobResult: l10n.t('show the job’s result'),
  cancelJob: l10n.t('cancel the job'),
  rerunJob: l10n.t('run the job again'),
  editJob: l10n.t('run the job again'),
  lookUpJob: l10n.t('look the job up'),
  removeJob: l10n.t('forget the job'),
  copyJobId: l10n.t('copy the job’s id'),
  loadMoreJobs: l10n.t('load more jobs'),
  refreshJobs: l10n.t('refresh the jobs'),
  sortServerFile: l10n.t('sort the file'),
  showStatus: l10n.t('show the status'),
  showLog: l10n.t('show the log'),
  manageTrust: l10n.t('open the workspace’s trust'),
};
