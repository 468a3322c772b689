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
  connect: 'connect',
  disconnect: 'disconnect',
  startLocalServer: 'start the local server',
  setToken: 'set the token',
  testConnection: 'test the connection',
  markProduction: 'mark the place as production',
  unmarkProduction: 'remove the mark of production',
  allowProductionWrites: 'allow writing to production',
  getStarted: 'open the walkthrough',
  syncFolder: 'set the folder up for sync',
  upload: 'upload',
  uploadFolder: 'upload the folder',
  download: 'download',
  rename: 'rename',
  delete: 'delete',
  newFolder: 'make the folder',
  openServerFile: 'open the file',
  openServerPart: 'open a part of the file',
  openShareFolder: 'open the share as a folder',
  refreshServerFiles: 'refresh the server’s files',
  loadMore: 'load more files',
  copyServerPath: 'copy the path',
  copyRelativePath: 'copy the path',
  revealInServerFiles: 'show the file in Server Files',
  revealInExplorer: 'show the file in the Explorer',
  showDifferences: 'show the differences',
  showAllFiles: 'show all files',
  syncNow: 'sync',
  previewSync: 'preview the sync',
  syncSelected: 'carry out the plan',
  refreshPlan: 'make the plan anew',
  closePlan: 'close the plan',
  showPlanText: 'show the plan',
  openPlanStep: 'open the differences',
  pauseAutoSync: 'pause auto-sync',
  resumeAutoSync: 'resume auto-sync',
  compareWithServer: 'compare with the server',
  resolveConflict: 'resolve the conflict',
  openConflict: 'open the differences',
  keepMine: 'resolve the conflict',
  keepTheirs: 'resolve the conflict',
  keepBoth: 'resolve the conflict',
  mergeConflict: 'merge the conflict',
  explainFile: 'explain the file',
  verifyWorkspace: 'verify the workspace',
  showHistory: 'show the history',
  showDeletedFiles: 'show what was deleted',
  openVersion: 'open the version',
  compareVersion: 'compare the version',
  loadMoreVersions: 'load more versions',
  refreshHistory: 'refresh the history',
  restoreVersion: 'restore the version',
  restoreAt: 'restore it as it was',
  showSafetyCopies: 'show safety copies',
  undoOutsideChanges: 'undo the changes',
  addNumbers: 'add',
  sortValues: 'sort',
  sortDescending: 'sort',
  sortToEditor: 'sort',
  submitJob: 'submit the job',
  showJobResult: 'show the job’s result',
  cancelJob: 'cancel the job',
  rerunJob: 'run the job again',
  editJob: 'run the job again',
  lookUpJob: 'look the job up',
  removeJob: 'forget the job',
  copyJobId: 'copy the job’s id',
  loadMoreJobs: 'load more jobs',
  refreshJobs: 'refresh the jobs',
  sortServerFile: 'sort the file',
  showStatus: 'show the status',
  showLog: 'show the log',
  manageTrust: 'open the workspace’s trust',
};
