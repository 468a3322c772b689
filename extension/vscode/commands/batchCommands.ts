import { join } from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import { joinWirePath, nameOf } from '../../../server/protocol/wirePath.ts';
import { pathsOf } from '../../sync/plan.ts';
import { batchLine, undoLine, undoneText } from '../batches/batchText.ts';
import type { OutsideChanges } from '../batches/outsideChanges.ts';
import { contentUri } from '../files/serverFileSystem.ts';
import { withProgress } from '../messages/progress.ts';
import type { WorkspaceTarget } from '../targets/workspaceTarget.ts';
import type { CommandHandlers } from './commandIds.ts';
import { askOne } from './input.ts';
import type { Services } from './services.ts';
import { chosenTargets } from './subject.ts';

const TITLE = l10n.t('Syncline: Undo Outside Changes');
const COMPARE: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('diff'),
  tooltip: l10n.t('Compare with what it was'),
};

interface Chosen {
  readonly target: WorkspaceTarget;
  readonly outside: OutsideChanges;
  readonly id: string;
}

/** Having a folder back as it was before another program changed it without a save. */
export function batchCommands(services: Services): Pick<CommandHandlers, 'undoOutsideChanges'> {
  const { messenger, targets } = services;

  return {
    /**
     * A batch is chosen, then what of it is undone; with the id of a batch all of it is undone at once. Returns the paths that
     * were changed back, and those that were left alone.
     */
    async undoOutsideChanges(subject) {
      if (typeof subject === 'string') return undo(batchOf(targets.all, subject), undefined);
      const all = chosenTargets(services, subject).flatMap((target) =>
        (target.outside?.all ?? []).map((batch) => ({ target, batch })),
      );
      if (all.length === 0) {
        messenger.inform(l10n.t('No other program has changed anything lately.'));
        return undefined;
      }
      const items = all.map(({ target, batch }) => ({ ...batchLine(batch, target.folder.name), id: batch.id }));
      const { id } = await askOne(items, { title: TITLE, placeHolder: l10n.t('Which changes?') });
      const chosen = batchOf(targets.all, id);
      return undo(chosen, await askSteps(chosen));
    },
  };

  async function undo({ target, outside, id }: Chosen, paths: ReadonlySet<string> | undefined) {
    const { name } = target.folder;
    const { done, problems } = await withProgress(l10n.t('Undoing changes in “{0}”', name), (signal) =>
      outside.undo(id, paths, signal),
    );
    const failures = problems.map(({ path, message }) => ({ subject: path, message }));
    messenger.reportBatch('undo', failures, done.length + problems.length);
    messenger.inform(undoneText(done, name));
    return { done: done.flatMap(pathsOf), problems: problems.map(({ path }) => path) };
  }
}

function batchOf(targets: readonly WorkspaceTarget[], id: string): Chosen {
  for (const target of targets) {
    const { outside } = target;
    if (outside?.all.some((batch) => batch.id === id)) return { target, outside, id };
  }
  throw new SynclineError('NotFound', l10n.t('These changes are not kept any more.'));
}

interface StepItem extends vscode.QuickPickItem {
  readonly step: Operation;
}

/** The plan, each line with what it would do; what stays ticked is done. @throws SynclineError `Cancelled` */
function askSteps({ target, outside, id }: Chosen): Promise<ReadonlySet<string>> {
  const pick = vscode.window.createQuickPick<StepItem>();
  pick.title = TITLE;
  pick.placeholder = l10n.t('Ticked changes are undone; what is there now is kept as a safety copy');
  pick.canSelectMany = true;
  pick.ignoreFocusOut = true;
  pick.matchOnDescription = true;
  pick.items = outside.planOf(id).map((step) => ({
    ...undoLine(step),
    step,
    ...(step.kind === 'put' && step.entry.kind === 'file' && { buttons: [COMPARE] }),
  }));
  pick.selectedItems = pick.items;
  const { promise, resolve, reject } = Promise.withResolvers<ReadonlySet<string>>();
  pick.onDidTriggerItemButton(({ item }) => void compare(target, item.step));
  pick.onDidAccept(() => {
    resolve(new Set(pick.selectedItems.flatMap(({ step }) => pathsOf(step))));
    pick.hide();
  });
  pick.onDidHide(() => reject(new SynclineError('Cancelled')));
  pick.show();
  return promise.finally(() => pick.dispose());
}

async function compare({ folder, address }: WorkspaceTarget, step: Operation): Promise<void> {
  if (step.kind !== 'put' || step.entry.kind !== 'file') return;
  const before = contentUri({ ...address, path: joinWirePath(address.dir, step.path) }, step.entry);
  const now = vscode.Uri.file(join(folder.path, step.path));
  if (step.expect) {
    const title = l10n.t('{0} (before ↔ now)', nameOf(step.path));
    await vscode.commands.executeCommand('vscode.diff', before, now, title, { preview: true });
  } else await vscode.commands.executeCommand('vscode.open', before, { preview: true });
}
