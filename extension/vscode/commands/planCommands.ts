import { join } from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { joinWirePath, nameOf, type WirePath } from '../../../server/protocol/wirePath.ts';
import { contentUri } from '../files/serverFileSystem.ts';
import { inSlices } from '../../sync/inSlices.ts';
import type { Plan } from '../../sync/plan.ts';
import { isPlanStep, type PlanStep } from '../plan/planTree.ts';
import { planDocumentInSteps } from '../targets/planText.ts';
import type { WorkspaceTarget } from '../targets/workspaceTarget.ts';
import type { CommandHandlers } from './commandIds.ts';
import type { Services } from './services.ts';
import { showDocument } from './showText.ts';
import { chosenTargets } from './subject.ts';

type Names = 'previewSync' | 'syncSelected' | 'refreshPlan' | 'closePlan' | 'showPlanText' | 'openPlanStep';

/** What a sync would do: shown, chosen from, and carried out exactly as it was shown. */
export function planCommands(services: Services): Pick<CommandHandlers, Names> {
  const { plans, messenger } = services;

  return {
    /** Returns each target's plan as text. */
    async previewSync(subject) {
      const made: (readonly [WorkspaceTarget, Plan])[] = [];
      for (const target of chosenTargets(services, subject)) made.push([target, await target.plan()]);
      plans.replace(made);
      await vscode.commands.executeCommand('syncline.plan.focus');
      const texts: string[] = [];
      for (const [target, plan] of made) texts.push(await inSlices(planDocumentInSteps(titleOf(target), plan)));
      return texts;
    },

    /** Returns the summary of each target. Where something else is to be done than was shown, the new plan is shown instead. */
    async syncSelected() {
      const summaries: unknown[] = [];
      for (const [target, shown] of plans.all) {
        if (shown.chosen === 0) continue;
        try {
          summaries.push(await target.carryOut(shown.plan, shown.leftOut));
          plans.close(target);
        } catch (error) {
          if (SynclineError.from(error).code === 'Changed') plans.show(target, await target.plan());
          throw error;
        }
      }
      if (summaries.length === 0) messenger.inform(l10n.t('Nothing is selected in the plan, so nothing was done.'));
      return summaries;
    },

    async refreshPlan() {
      for (const [target] of plans.all) plans.show(target, await target.plan());
    },

    closePlan: () => Promise.resolve(plans.close()),

    async showPlanText() {
      const texts: string[] = [];
      for (const [target, { plan }] of plans.all)
        texts.push(await inSlices(planDocumentInSteps(titleOf(target), plan)));
      await showDocument(l10n.t('Syncline: Preview'), texts.join('\n\n'));
    },

    async openPlanStep(row) {
      if (isPlanStep(row)) await openStep(row);
    },
  };
}

const titleOf = ({ folder, address, mode }: WorkspaceTarget): string =>
  l10n.t('Sync of “{0}” with {1} ({2})', folder.name, address.label, mode);

/** Both sides of a file that is changed; the one there is of any other. */
async function openStep({ target, step: { side, operation } }: PlanStep): Promise<void> {
  const { folder, address } = target;
  const here = (path: WirePath) => vscode.Uri.file(join(folder.path, path));
  const there = (
    path: WirePath,
    entry: Operation extends infer O ? (O extends { expect: infer E } ? E : never) : never,
  ) => (entry?.kind === 'file' ? contentUri({ ...address, path: joinWirePath(address.dir, path) }, entry) : undefined);
  const open = (uri: vscode.Uri | undefined) => uri && vscode.commands.executeCommand('vscode.open', uri, KEEP_FOCUS);
  if (operation.kind === 'delete')
    return void (await open(side === 'local' ? here(operation.path) : there(operation.path, operation.expect)));
  if (operation.kind !== 'put') return;
  const { path, entry, expect } = operation;
  const server = there(path, side === 'local' ? entry : expect);
  if (!expect) return void (await open(side === 'local' ? server : here(path)));
  if (!server) return;
  const title = `${nameOf(path)} (${side === 'local' ? l10n.t('here ↔ server') : l10n.t('server ↔ here')})`;
  const [before, after] = side === 'local' ? [here(path), server] : [server, here(path)];
  await vscode.commands.executeCommand('vscode.diff', before, after, title, KEEP_FOCUS);
}

const KEEP_FOCUS: vscode.TextDocumentShowOptions = { preserveFocus: true, preview: true };
