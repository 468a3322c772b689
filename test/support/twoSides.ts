import type { Operation, OperationResult } from '../../server/protocol/messages/files.ts';
import { agreedBase } from '../../extension/sync/reconcile/agreement.ts';
import type { Mode } from '../../extension/sync/reconcile/mode.ts';
import { type Reconciliation, reconcile, type Sides } from '../../extension/sync/reconcile/reconcile.ts';
import { sameNode } from '../../extension/sync/tree/tree.ts';
import { TreeEditor } from '../../extension/sync/tree/treeEditor.ts';
import { carryOut } from './carryOut.ts';

/** Two sides and a base in memory, on which reconciliations are carried out as the engine does it. */
export class TwoSides {
  sides: Sides;
  /** Operations that the sides refused. */
  readonly refused: { readonly operation: Operation; readonly result: OperationResult }[] = [];
  readonly mode: Mode;
  readonly #blocked: ReadonlySet<string>;

  constructor(sides: Sides, mode: Mode, blocked: ReadonlySet<string> = new Set()) {
    this.#blocked = blocked;
    this.sides = sides;
    this.mode = mode;
  }

  plan(): Reconciliation {
    return reconcile(this.sides, { mode: this.mode, blocked: this.#blocked });
  }

  /** Reconciles and carries everything out until there is nothing to do; returns the last plan. */
  settle(mostRounds = 10): Reconciliation {
    for (let round = 0; round < mostRounds; round++) {
      const plan = this.plan();
      this.learn();
      if (plan.toLocal.length + plan.toRemote.length === 0) return plan;
      this.#carryOutAll(plan);
    }
    throw new Error(`Not settled after ${mostRounds} rounds.`);
  }

  /** All of the plan of this moment, in its order. */
  carryOutAll(): void {
    this.#carryOutAll(this.plan());
  }

  #carryOutAll({ toLocal, toRemote }: Reconciliation): void {
    for (const operation of toLocal) this.carryOut('local', operation);
    for (const operation of toRemote) this.carryOut('remote', operation);
  }

  carryOut(side: 'local' | 'remote', operation: Operation): void {
    const { tree, result } = carryOut(this.sides[side], operation);
    if (result.status !== 'done') this.refused.push({ operation, result });
    if (sameNode(tree, this.sides[side])) return;
    this.sides = { ...this.sides, [side]: tree };
    if (operation.kind === 'rename') {
      const editor = new TreeEditor(this.sides.base);
      editor.rename(operation.from, operation.to);
      this.sides = { ...this.sides, base: editor.tree() };
    }
    this.learn();
  }

  learn(): void {
    const { base, local, remote } = this.sides;
    this.sides = { base: agreedBase(base, local, remote, this.#blocked), local, remote };
  }
}
