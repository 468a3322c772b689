import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { planSummary } from '../targets/planText.ts';
import type { PlanModel } from './planModel.ts';
import type { PlanRow } from './planTree.ts';

/** Says above the plan what it comes to and what holds it back, and shows the view while there is a plan. */
export function describePlan(view: vscode.TreeView<PlanRow>, plans: PlanModel): void {
  void vscode.commands.executeCommand('setContext', 'syncline.hasPlan', plans.all.length > 0);
  const lines = plans.all.map(([{ folder }, { plan }]) => messageOf(folder.name, plan));
  // the buttons of a view are small, and hidden while the mouse is elsewhere; what a brake says needs the room itself
  if (plans.all.some(([, { plan }]) => !plan.brake && plan.toLocal.length + plan.toRemote.length > 0))
    lines.push(HOW_TO_GO_ON);
  view.message = lines.join('\n') || undefined;
}

const HOW_TO_GO_ON = l10n.t('Untick what can wait, then press ▷ above to sync the rest.');

function messageOf(name: string, plan: Parameters<typeof planSummary>[0]): string {
  const summary = planSummary(plan);
  return `“${name}”: ${summary}.${plan.brake ? ` ${plan.brake.message}` : ''}`;
}
