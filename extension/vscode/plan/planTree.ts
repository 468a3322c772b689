import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Problem } from '../../../server/protocol/problem.ts';
import { nameOf, parentOf, printable } from '../../../server/protocol/wirePath.ts';
import type { AppliedOperation } from '../../sync/plan.ts';
import { commandId } from '../commands/commandIds.ts';
import type { ConflictRow } from '../conflicts/conflictsTree.ts';
import { conflictTooltip, conflictWords } from '../conflicts/conflictText.ts';
import { countText } from '../files/sizeText.ts';
import { bare } from '../status/statusText.ts';
import { planSummary } from '../targets/planText.ts';
import type { WorkspaceTarget } from '../targets/workspaceTarget.ts';
import type { PlanModel } from './planModel.ts';
import type { ShownPlan } from './shownPlan.ts';
import { groupText, stepLine } from './stepText.ts';
import { inWords } from '../messages/errorText.ts';

/** What the Plan view is made of; targets are shown when there are several. */
export type PlanRow =
  | { readonly kind: 'planTarget'; readonly target: WorkspaceTarget; readonly shown: ShownPlan }
  | PlanGroup
  | PlanStep
  | ConflictRow
  | { readonly kind: 'planProblem'; readonly problem: Problem }
  | { readonly kind: 'planMore'; readonly group: PlanGroup; readonly rest: number };

interface PlanGroup {
  readonly kind: 'planGroup';
  readonly target: WorkspaceTarget;
  readonly shown: ShownPlan;
  readonly what: AppliedOperation['side'] | 'conflicts' | 'problems';
}

export interface PlanStep {
  readonly kind: 'planStep';
  readonly target: WorkspaceTarget;
  readonly shown: ShownPlan;
  readonly step: AppliedOperation;
}

export const isPlanStep = (value: unknown): value is PlanStep =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'planStep';

/** So many rows of a group are shown one by one; its own checkbox stands for all of it. */
const MOST_ROWS = 2000;

/** What a sync would do, with a checkbox for each step. Nothing of it is done until a person says so. */
export class PlanTree implements vscode.TreeDataProvider<PlanRow> {
  readonly #plans: PlanModel;
  readonly #changes = new vscode.EventEmitter<undefined>();
  readonly #listening: { dispose(): void };

  readonly onDidChangeTreeData = this.#changes.event;

  constructor(plans: PlanModel) {
    this.#plans = plans;
    this.#listening = plans.onDidChange(() => this.#changes.fire(undefined));
  }

  getChildren(row?: PlanRow): PlanRow[] {
    if (row?.kind === 'planTarget') return groupsOf(row.target, row.shown);
    if (row?.kind === 'planGroup') return rowsOf(row);
    if (row) return [];
    const all = this.#plans.all;
    const [only] = all;
    if (only && all.length === 1) return groupsOf(...only);
    return all.map(([target, shown]) => ({ kind: 'planTarget', target, shown }));
  }

  getTreeItem(row: PlanRow): vscode.TreeItem {
    switch (row.kind) {
      case 'planTarget': {
        const item = new vscode.TreeItem(row.target.folder.name, vscode.TreeItemCollapsibleState.Expanded);
        item.description = `${bare(row.target.address.label)} · ${planSummary(row.shown.plan)}`;
        item.iconPath = new vscode.ThemeIcon('sync');
        return item;
      }
      case 'planGroup':
        return groupItem(row);
      case 'planStep':
        return stepItem(row);
      case 'conflict': {
        const item = new vscode.TreeItem(nameOf(row.conflict.path));
        item.description = [conflictWords(row.conflict), parentOf(row.conflict.path)].filter(Boolean).join(' · ');
        item.tooltip = conflictTooltip(row.conflict);
        item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('syncline.conflictForeground'));
        item.command = { title: l10n.t('Open Differences'), command: commandId('openConflict'), arguments: [row] };
        return item;
      }
      case 'planProblem': {
        const item = new vscode.TreeItem(printable(row.problem.path));
        item.description = inWords(row.problem.message);
        item.tooltip = `${printable(row.problem.path)}\n${inWords(row.problem.message)}`;
        item.iconPath = new vscode.ThemeIcon('circle-slash');
        return item;
      }
      case 'planMore':
        return new vscode.TreeItem(l10n.t('and {0} more', row.rest.toLocaleString('en')));
    }
  }

  dispose(): void {
    this.#listening.dispose();
    this.#changes.dispose();
  }
}

/** Follows the boxes that a person has ticked; a group's stands for all that is in it. */
export function takeChoices(
  plans: PlanModel,
  items: readonly (readonly [PlanRow, vscode.TreeItemCheckboxState])[],
): void {
  for (const [row, state] of items) {
    const isChosen = state === vscode.TreeItemCheckboxState.Checked;
    if (row.kind === 'planStep') row.shown.choose([row.step], isChosen);
    if (row.kind === 'planGroup') row.shown.choose(stepsOfGroup(row), isChosen);
  }
  plans.changed();
}

function groupsOf(target: WorkspaceTarget, shown: ShownPlan): PlanGroup[] {
  const { toRemote, toLocal, conflicts, problems } = shown.plan;
  const groups = [
    ['remote', toRemote],
    ['local', toLocal],
    ['conflicts', conflicts],
    ['problems', problems],
  ] as const;
  return groups.filter(([, items]) => items.length > 0).map(([what]) => ({ kind: 'planGroup', target, shown, what }));
}

function rowsOf(group: PlanGroup): PlanRow[] {
  const { target, shown, what } = group;
  const { conflicts, problems } = shown.plan;
  const few = <T>(all: readonly T[], rowOf: (each: T) => PlanRow): PlanRow[] => {
    const rows = all.slice(0, MOST_ROWS).map(rowOf);
    if (all.length > MOST_ROWS) rows.push({ kind: 'planMore', group, rest: all.length - MOST_ROWS });
    return rows;
  };
  if (what === 'conflicts') return few(conflicts, (conflict) => ({ kind: 'conflict', target, conflict }));
  if (what === 'problems') return few(problems, (problem) => ({ kind: 'planProblem', problem }));
  return few(shown.of(what), (step) => ({ kind: 'planStep', target, shown, step }));
}

const stepsOfGroup = ({ shown, what }: PlanGroup): readonly AppliedOperation[] =>
  what === 'local' || what === 'remote' ? shown.of(what) : [];

const TITLES: Readonly<Record<PlanGroup['what'], readonly [string, string]>> = {
  remote: [l10n.t('To the server'), 'cloud-upload'],
  local: [l10n.t('To this folder'), 'cloud-download'],
  conflicts: [l10n.t('Conflicts'), 'warning'],
  problems: [l10n.t('Problems'), 'circle-slash'],
};

function groupItem(group: PlanGroup): vscode.TreeItem {
  const { shown, what } = group;
  const [title, icon] = TITLES[what];
  const item = new vscode.TreeItem(title, vscode.TreeItemCollapsibleState.Expanded);
  item.id = `${group.target.folder.path}\n${what}`;
  item.iconPath = new vscode.ThemeIcon(icon);
  if (what === 'conflicts' || what === 'problems') {
    item.description =
      what === 'conflicts'
        ? l10n.t('{0}, left alone until you decide', countText(shown.plan.conflicts.length, 'path'))
        : l10n.t('{0}, left alone', countText(shown.plan.problems.length, 'path'));
    return item;
  }
  const steps = shown.of(what);
  const chosen = steps.filter((step) => shown.isChosen(step));
  item.description = groupText(steps, chosen);
  item.checkboxState = box(chosen.length === steps.length, l10n.t('everything {0}', title.toLowerCase()));
  return item;
}

function stepItem(row: PlanStep): vscode.TreeItem {
  const { label, description, icon, color } = stepLine(row.step);
  const item = new vscode.TreeItem(label);
  item.description = description;
  item.tooltip = `${row.step.side === 'remote' ? l10n.t('On the server') : l10n.t('Here')}: ${label} ${description}`;
  item.iconPath = new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
  item.checkboxState = box(row.shown.isChosen(row.step), label);
  item.command = { title: l10n.t('Open Differences'), command: commandId('openPlanStep'), arguments: [row] };
  return item;
}

const box = (checked: boolean, label: string) => ({
  state: checked ? vscode.TreeItemCheckboxState.Checked : vscode.TreeItemCheckboxState.Unchecked,
  tooltip: checked ? l10n.t('Is carried out') : l10n.t('Is left out'),
  accessibilityInformation: { label: l10n.t('Carry out: {0}', label) },
});
