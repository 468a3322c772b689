import type { AppliedOperation, Plan } from '../../sync/plan.ts';
import { stepKey, stepsOf } from '../../sync/planDifference.ts';

/** A plan as a person sees it: step by step, each chosen or not. */
export class ShownPlan {
  readonly plan: Plan;
  readonly steps: readonly AppliedOperation[];
  readonly #keys: ReadonlyMap<AppliedOperation, string>;
  readonly #left = new Set<string>();

  constructor(plan: Plan) {
    this.plan = plan;
    this.steps = stepsOf(plan);
    this.#keys = new Map(this.steps.map((step) => [step, stepKey(step)]));
  }

  of(side: AppliedOperation['side']): readonly AppliedOperation[] {
    return this.steps.filter((step) => step.side === side);
  }

  isChosen(step: AppliedOperation): boolean {
    return !this.#left.has(this.#key(step));
  }

  choose(steps: readonly AppliedOperation[], chosen: boolean): void {
    for (const step of steps) {
      if (chosen) this.#left.delete(this.#key(step));
      else this.#left.add(this.#key(step));
    }
  }

  /** Keys of the steps that are to be carried out. */
  get chosen(): ReadonlySet<string> {
    return new Set(this.steps.map((step) => this.#key(step)).filter((key) => !this.#left.has(key)));
  }

  #key(step: AppliedOperation): string {
    return this.#keys.get(step) ?? stepKey(step);
  }
}
