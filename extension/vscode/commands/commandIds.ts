/**
 * Every command, by the name of its handler. Ids are `syncline.<name>`; titles, menus and keys are in package.json, and a
 * test holds both lists together.
 */
export const COMMAND_NAMES = [
  'connect',
  'disconnect',
  'startLocalServer',
  'setToken',
  'testConnection',
  'markProduction',
  'unmarkProduction',
  'allowProductionWrites',
  'getStarted',
  'syncFolder',
  'upload',
  'uploadFolder',
  'download',
  'rename',
  'delete',
  'newFolder',
  'openServerFile',
  'refreshServerFiles',
  'loadMore',
  'copyServerPath',
  'copyRelativePath',
  'revealInServerFiles',
  'revealInExplorer',
  'showDifferences',
  'showAllFiles',
  'syncNow',
  'previewSync',
  'syncSelected',
  'refreshPlan',
  'closePlan',
  'showPlanText',
  'openPlanStep',
  'pauseAutoSync',
  'resumeAutoSync',
  'compareWithServer',
  'resolveConflict',
  'openConflict',
  'keepMine',
  'keepTheirs',
  'keepBoth',
  'mergeConflict',
  'explainFile',
  'verifyWorkspace',
  'showHistory',
  'showDeletedFiles',
  'openVersion',
  'compareVersion',
  'loadMoreVersions',
  'refreshHistory',
  'restoreVersion',
  'restoreAt',
  'showSafetyCopies',
  'undoOutsideChanges',
  'addNumbers',
  'sortValues',
  'sortDescending',
  'sortToEditor',
  'submitJob',
  'showJobResult',
  'cancelJob',
  'rerunJob',
  'editJob',
  'lookUpJob',
  'removeJob',
  'copyJobId',
  'loadMoreJobs',
  'refreshJobs',
  'sortServerFile',
  'showStatus',
  'showLog',
  'manageTrust',
] as const;

export type CommandName = (typeof COMMAND_NAMES)[number];

/**
 * What a command does. Arguments come from menus, key bindings and other extensions alike, so a handler takes them as
 * unknown and asks a person for what is missing. It resolves when its work is done (not when a follow-up offer is answered)
 * and returns what the work gave.
 */
export type CommandHandlers = { readonly [K in CommandName]: (...args: readonly unknown[]) => Promise<unknown> };

export const commandId = (name: CommandName): string => `syncline.${name}`;
