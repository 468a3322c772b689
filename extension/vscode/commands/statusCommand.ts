import * as vscode from 'vscode';
import { conflictRows } from '../conflicts/conflictsTree.ts';
import { countText } from '../files/sizeText.ts';
import { bare, statusIcon, statusWords } from '../status/statusText.ts';
import { commandId, type CommandHandlers, type CommandName } from './commandIds.ts';
import type { Services } from './services.ts';

interface Choice extends vscode.QuickPickItem {
  readonly run?: () => unknown;
}

/** The menu behind the status bar: how each target is, and what can be done right now. */
export function statusCommand(services: Services): Pick<CommandHandlers, 'showStatus'> {
  return {
    async showStatus() {
      const picked = await vscode.window.showQuickPick(choices(services), {
        title: 'Syncline',
        placeHolder:
          services.targets.all.length > 0 ? 'Choose a target to sync it now, or a command' : 'Choose a command',
      });
      await picked?.run?.();
    },
  };
}

function choices({ targets, places }: Services): Choice[] {
  if (!vscode.workspace.isTrusted)
    return [command('shield', 'Manage Workspace Trust', 'manageTrust'), command('output', 'Show Log', 'showLog')];
  const conflicts = conflictRows(targets).length;
  const paused = targets.all.some(({ isPaused }) => isPaused);
  return [
    ...targets.all.map((target) => ({
      label: `$(${statusIcon(target.status)}) ${target.folder.name}`,
      description: `${bare(target.address.label)} · ${target.mode}`,
      detail: statusWords(target.status),
      run: () => target.act(),
    })),
    ...(targets.all.length > 0 ? [{ label: '', kind: vscode.QuickPickItemKind.Separator }] : []),
    ...(conflicts > 0 ? [command('git-merge', `Resolve ${countText(conflicts, 'Conflict')}…`, 'resolveConflict')] : []),
    ...(targets.all.length > 0
      ? [
          command('sync', 'Sync Now', 'syncNow'),
          command('list-tree', 'Preview Sync', 'previewSync'),
          paused
            ? command('debug-start', 'Resume Auto-Sync', 'resumeAutoSync')
            : command('debug-pause', 'Pause Auto-Sync', 'pauseAutoSync'),
        ]
      : [command('sync', 'Sync Folder with Server…', 'syncFolder')]),
    command('plug', 'Connect…', 'connect'),
    ...(places.all.length > 0 ? [command('debug-disconnect', 'Disconnect', 'disconnect')] : []),
    command('server-process', 'Start Local Server', 'startLocalServer'),
    command('key', 'Set Token…', 'setToken'),
    command('output', 'Show Log', 'showLog'),
  ];
}

const command = (icon: string, label: string, name: CommandName): Choice => ({
  label: `$(${icon}) ${label}`,
  run: () => vscode.commands.executeCommand(commandId(name)),
});
