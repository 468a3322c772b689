import type { SyncState } from '../../sync/syncState.ts';
import { askBrake } from './targetQuestions.ts';
import type { ConfiguredTarget } from './targetSettings.ts';

export interface BrakeDialogOptions {
  /** How the sync is right now. */
  readonly state: () => SyncState | undefined;
  readonly isProduction: () => boolean;
  readonly goOn: () => Promise<unknown>;
}

/** One dialog at a time, however often the reason grows; a word counts only for what the dialog said. */
export class BrakeDialog {
  readonly #target: ConfiguredTarget;
  readonly #options: BrakeDialogOptions;
  #isBusy = false;

  constructor(target: ConfiguredTarget, options: BrakeDialogOptions) {
    this.#target = target;
    this.#options = options;
  }

  /** Asks, and goes on when the answer is yes and still holds. Rejects with whatever going on throws. */
  async ask(): Promise<void> {
    if (this.#isBusy) return;
    const { state, isProduction, goOn } = this.#options;
    this.#isBusy = true;
    try {
      for (let told = messageOf(state()); told !== undefined; ) {
        if (!(await askBrake(this.#target, told, isProduction()))) return;
        const now = messageOf(state());
        if (now === told) return void (await goOn());
        told = now;
      }
    } finally {
      this.#isBusy = false;
    }
  }
}

/** What holds the sync; production is asked about elsewhere. */
const messageOf = (state: SyncState | undefined): string | undefined =>
  state?.kind === 'stopped' && state.brake.kind !== 'guarded' ? state.brake.message : undefined;
