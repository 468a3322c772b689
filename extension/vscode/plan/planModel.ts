import { Listeners } from '../../connect/listeners.ts';
import type { Disposable } from '../../connect/serverClient.ts';
import type { Plan } from '../../sync/plan.ts';
import type { TargetHub } from '../targets/targetHub.ts';
import type { WorkspaceTarget } from '../targets/workspaceTarget.ts';
import { ShownPlan } from './shownPlan.ts';

/** Its target is gone, or both sides agree by now in some other way. */
const isOver = (target: WorkspaceTarget, steps: number, all: readonly WorkspaceTarget[]): boolean =>
  !all.includes(target) || (steps > 0 && target.status.kind === 'inSync');

/** The plans that are on show, one per target. */
export class PlanModel {
  readonly #changes = new Listeners<void>();
  readonly #plans = new Map<WorkspaceTarget, ShownPlan>();
  readonly #listening: Disposable;

  constructor(targets: TargetHub) {
    this.#listening = targets.onDidChange(() => {
      const over = this.all.filter(([target, { steps }]) => isOver(target, steps.length, targets.all));
      for (const [target] of over) this.#plans.delete(target);
      if (over.length > 0) this.#changes.emit();
    });
  }

  onDidChange(listener: () => void): Disposable {
    return this.#changes.add(listener);
  }

  get all(): readonly (readonly [WorkspaceTarget, ShownPlan])[] {
    return [...this.#plans];
  }

  show(target: WorkspaceTarget, plan: Plan): void {
    this.#plans.set(target, new ShownPlan(plan));
    this.#changes.emit();
  }

  /**
   * Shows these and no others, as one change: VS Code loses a click on a box, or shows a group without its rows, when a tree is
   * refreshed again before it has asked for all of it.
   */
  replace(plans: readonly (readonly [WorkspaceTarget, Plan])[]): void {
    this.#plans.clear();
    for (const [target, plan] of plans) this.#plans.set(target, new ShownPlan(plan));
    this.#changes.emit();
  }

  close(target?: WorkspaceTarget): void {
    if (target) this.#plans.delete(target);
    else this.#plans.clear();
    this.#changes.emit();
  }

  /** Steps were chosen or left out. */
  changed(): void {
    this.#changes.emit();
  }

  dispose(): void {
    this.#listening.dispose();
  }
}
