import * as l10n from '@vscode/l10n';
import type { CommandName } from '../commands/commandIds.ts';
import { countText } from '../files/sizeText.ts';

/** What decides about the menu behind the status bar. */
export interface StatusFacts {
  readonly isTrusted: boolean;
  readonly targets: number;
  /** Of the targets. */
  readonly paused: number;
  readonly conflicts: number;
  readonly problems: number;
  /** Something is production that nobody has agreed to write to yet. */
  readonly holdsWrites: boolean;
  readonly hasOutsideChanges: boolean;
  /** A folder of the workspace is not synced. */
  readonly hasFreeFolder: boolean;
  readonly places: number;
  readonly isOnline: boolean;
}

/** One line of the menu. `null`: a line between groups. */
export type MenuEntry = {
  readonly icon: string;
  readonly label: string;
  /** A command of Syncline, or `problems` and `settings`, which are the editor's. */
  readonly does: CommandName | 'problems' | 'settings';
} | null;

/** Pure. What a person can do right now, what is most urgent first; nothing that would only say that it does not apply. */
export function statusMenu(facts: StatusFacts): readonly MenuEntry[] {
  if (!facts.isTrusted)
    return [
      entry('shield', l10n.t('Manage Workspace Trust'), 'manageTrust'),
      entry('output', l10n.t('Show Log'), 'showLog'),
    ];
  return withLines([urgent(facts), syncing(facts), lookingBack(facts), connecting(facts), [SETTINGS, LOG]]);
}

function urgent({ conflicts, problems, holdsWrites }: StatusFacts): MenuEntry[] {
  return [
    ...when(
      conflicts > 0,
      entry('git-merge', l10n.t('Resolve {0}…', countText(conflicts, 'Conflict')), 'resolveConflict'),
    ),
    ...when(problems > 0, entry('warning', l10n.t('Show {0}', countText(problems, 'Problem')), 'problems')),
    ...when(holdsWrites, entry('unlock', l10n.t('Allow Writing to Production'), 'allowProductionWrites')),
  ];
}

function syncing({ targets, paused, hasFreeFolder, places }: StatusFacts): MenuEntry[] {
  return [
    ...when(
      targets > 0,
      entry('sync', l10n.t('Sync Now'), 'syncNow'),
      entry('list-tree', l10n.t('Preview Sync'), 'previewSync'),
    ),
    ...when(paused < targets, entry('debug-pause', l10n.t('Pause Auto-Sync'), 'pauseAutoSync')),
    ...when(paused > 0, entry('debug-start', l10n.t('Resume Auto-Sync'), 'resumeAutoSync')),
    ...when(hasFreeFolder && places > 0, entry('add', l10n.t('Sync Folder with Server…'), 'syncFolder')),
  ];
}

function lookingBack({ targets, hasOutsideChanges }: StatusFacts): MenuEntry[] {
  return [
    ...when(hasOutsideChanges, entry('discard', l10n.t('Undo Outside Changes…'), 'undoOutsideChanges')),
    ...when(targets > 0, entry('verified', l10n.t('Verify Workspace'), 'verifyWorkspace')),
  ];
}

function connecting({ places, isOnline }: StatusFacts): MenuEntry[] {
  return [
    entry('plug', l10n.t('Connect…'), 'connect'),
    ...when(isOnline, entry('pulse', l10n.t('Test Connection'), 'testConnection')),
    ...when(places > 0, entry('debug-disconnect', l10n.t('Disconnect'), 'disconnect')),
    entry('server-process', l10n.t('Start Local Server'), 'startLocalServer'),
    ...when(places > 0, entry('key', l10n.t('Set Token…'), 'setToken')),
  ];
}

const entry = (icon: string, label: string, does: NonNullable<MenuEntry>['does']): MenuEntry => ({ icon, label, does });

const SETTINGS = entry('settings-gear', l10n.t('Open Settings'), 'settings');
const LOG = entry('output', l10n.t('Show Log'), 'showLog');

const when = (applies: boolean, ...entries: readonly MenuEntry[]): readonly MenuEntry[] => (applies ? entries : []);

const withLines = (groups: readonly (readonly MenuEntry[])[]): MenuEntry[] =>
  groups.filter(({ length }) => length > 0).flatMap((group, at) => (at === 0 ? group : [null, ...group]));
