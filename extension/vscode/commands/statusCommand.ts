import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { conflictRows } from '../conflicts/conflictsTree.ts';
import { type MenuEntry, type StatusFacts, statusMenu } from '../status/statusMenu.ts';
import { bare, PRODUCTION, statusIcon, statusWords } from '../status/statusText.ts';
import { commandId, type CommandHandlers } from './commandIds.ts';
import type { Services } from './services.ts';
import { folderToSync } from './syncFolder.ts';

interface Choice extends vscode.QuickPickItem {
  readonly run?: () => unknown;
}

const LINE: Choice = { label: '', kind: vscode.QuickPickItemKind.Separator };

/** The menu behind the status bar: how each target is, and what can be done right now. */
export function statusCommand(services: Services): Pick<CommandHandlers, 'showStatus'> {
  const { targets } = services;
  return {
    async showStatus() {
      const entries = statusMenu(factsOf(services)).map(toChoice);
      const choices =
        vscode.workspace.isTrusted && targets.all.length > 0 ? [...rows(services), LINE, ...entries] : entries;
      const picked = await vscode.window.showQuickPick(choices, {
        title: 'Syncline',
        placeHolder:
          targets.all.length > 0 ? l10n.t('Choose a target to sync it now, or a command') : l10n.t('Choose a command'),
        matchOnDescription: true,
      });
      await picked?.run?.();
    },
  };
}

const rows = ({ targets }: Services): Choice[] =>
  targets.all.map((target) => ({
    label: `$(${statusIcon(target.status)}) ${target.folder.name}`,
    description: `${target.isProduction ? `${PRODUCTION} · ` : ''}${bare(target.address.label)} · ${target.mode}`,
    detail: statusWords(target.status),
    run: () => target.act(),
  }));

function factsOf(services: Services): StatusFacts {
  const { targets, places, servers, guard } = services;
  const addresses = places.all.map(({ address }) => address);
  return {
    isTrusted: vscode.workspace.isTrusted,
    targets: targets.all.length,
    paused: targets.all.filter(({ isPaused }) => isPaused).length,
    conflicts: conflictRows(targets).length,
    problems: targets.all.reduce((sum, { notes }) => sum + notes.size, 0),
    holdsWrites: addresses.some((address) => guard.holds(address)),
    hasOutsideChanges: targets.all.some(({ outside }) => (outside?.all.length ?? 0) > 0),
    hasFreeFolder: folderToSync(services) !== undefined,
    places: places.all.length,
    isOnline: addresses.some(({ url }) => servers.get(url)?.state.kind === 'online'),
  };
}

function toChoice(entry: MenuEntry): Choice {
  if (!entry) return LINE;
  const { icon, label, does } = entry;
  return { label: `$(${icon}) ${label}`, run: () => vscode.commands.executeCommand(...commandOf(does)) };
}

function commandOf(does: NonNullable<MenuEntry>['does']): [command: string, ...args: unknown[]] {
  if (does === 'problems') return ['workbench.actions.view.problems'];
  if (does === 'settings') return ['workbench.action.openSettings', '@ext:syncline.syncline'];
  return [commandId(does)];
}
