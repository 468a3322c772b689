import type { AppliedOperation, Plan } from '../../sync/plan.ts';
import { stepKey, stepsOf } from '../../sync/planDifference.ts';

/** A plan as a person sees it: step by step, each chosen or not. */
export class ShownPlan {
  readonly plan: Plan;
  readonly steps: readonly AppliedOperation[];
  readonly #left = new Set<AppliedOperation>();

  constructor(plan: Plan) {
    this.plan = plan;
    this.steps = stepsOf(plan);
  }

  of(side: AppliedOperation['side']): readonly AppliedOperation[] {
    return this.steps.filter((step) => step.side === side);
  }

  isChosen(step: AppliedOperation): boolean {
    return !this.#left.has(step);
  }

  /** `steps`: of this plan. */
  choose(steps: readonly AppliedOperation[], chosen: boolean): void {
    for (const step of steps) {
      if (chosen) this.#left.delete(step);
      else this.#left.add(step);
    }
  }

  /** How many steps are to be carried out. */
  get chosen(): number {
    return this.steps.length - this.#left.size;
  }

  /** Keys of those that are not. */
  get leftOut(): ReadonlySet<string> {
    return new Set([...this.#left].map(stepKey));
  }
}
