import * as l10n from '@vscode/l10n';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import type { Disposable } from '../../connect/serverClient.ts';
import { areSteps, readBatches, writeBatches } from '../../sync/batches/batchFile.ts';
import { type ChangeBatch, ChangeBatches } from '../../sync/batches/changeBatches.ts';
import type { TakenBack } from '../../sync/batches/takeBack.ts';
import { undoBatch } from '../../sync/batches/undoBatch.ts';
import { withParents } from '../../sync/batches/withParents.ts';
import { pathsOf } from '../../sync/plan.ts';
import type { TargetSync } from '../../sync/syncTarget.ts';
import { Soon } from '../soon.ts';
import { toWirePath } from '../targets/wirePathOf.ts';

export interface OutsideChangesOptions {
  readonly engine: TargetSync;
  /** Where batches are kept over reloads. */
  readonly file: string;
  readonly now: () => number;
  readonly log: (event: string, data: object) => void;
}

/** Batches that grow are written so much later, milliseconds. */
const WRITE_MS = 1000;

/** What other programs did in one synced folder, in batches that can each be undone as one. */
export class OutsideChanges {
  readonly #options: OutsideChangesOptions;
  readonly #batches: ChangeBatches;
  readonly #listening: readonly Disposable[];
  readonly #write = new Soon(WRITE_MS, () => this.#save());
  #isUnsaved = false;
  /** Nothing is recorded: what is done now was decided by a person. */
  #isAside = false;
  #isFirstSync = false;

  constructor(options: OutsideChangesOptions) {
    this.#options = options;
    this.#batches = new ChangeBatches(readBatches(options.file).toReversed());
    this.#listening = [
      options.engine.onApplied(({ side, operation }) => side === 'remote' && this.#add(operation)),
      options.engine.onSettled(() => {
        this.#isFirstSync = false;
        this.#batches.settled();
      }),
    ];
  }

  /** Newest first. */
  get all(): readonly ChangeBatch[] {
    return this.#batches.all;
  }

  /** The person changed a file in the editor. */
  ownChange(file: string): void {
    const { engine, now } = this.#options;
    const isHeldBack = !['inSync', 'syncing', 'conflicts', 'problems'].includes(engine.state.kind);
    this.#batches.ownChange(toWirePath(engine.root, file), now(), isHeldBack);
  }

  /** What a first sync brings together is nothing that could be undone: until it is done nothing is recorded. */
  skipFirstSync(): void {
    this.#isFirstSync = true;
  }

  /** Records nothing while a person's decision is carried out. */
  async aside<T>(work: () => Promise<T>): Promise<T> {
    this.#isAside = true;
    try {
      return await work();
    } finally {
      this.#isAside = false;
    }
  }

  /** What undoing a batch would do here. @throws SynclineError `NotFound`, `Unsupported` for one that is too large */
  planOf(id: string): readonly Operation[] {
    const batch = this.#batches.find(id);
    if (!batch || !areSteps(batch.steps))
      throw new SynclineError('NotFound', l10n.t('These changes are not kept any more.'));
    if (!batch.isComplete)
      throw new SynclineError(
        'Unsupported',
        l10n.t(
          'There were too many changes to undo them as one. “Syncline: Restore As It Was…” brings the server back to a time.',
        ),
      );
    return undoBatch(batch.steps);
  }

  /** Undoes a batch, or the chosen paths of it. What that changes is a batch of its own, so it can be undone as well. */
  async undo(id: string, chosen: ReadonlySet<string> | undefined, signal: AbortSignal): Promise<TakenBack> {
    const plan = this.planOf(id);
    const operations = chosen ? plan.filter((step) => pathsOf(step).every((path) => chosen.has(path))) : plan;
    this.#batches.cut();
    return this.#options.engine.takeBack(operations, signal);
  }

  dispose(): void {
    for (const each of this.#listening) each.dispose();
    this.#write.dispose();
    if (this.#isUnsaved) this.#save();
  }

  #add(step: Operation): void {
    if (this.#isAside || this.#isFirstSync) return;
    const { engine, now } = this.#options;
    const implied = withParents(step, (path) => engine.baseOf(path)).slice(0, -1);
    if (!this.#batches.add(step, now(), implied)) return;
    this.#isUnsaved = true;
    this.#write.ask();
  }

  #save(): void {
    this.#isUnsaved = false;
    try {
      writeBatches(this.#options.file, this.#batches.all);
    } catch (error) {
      this.#options.log('batchesNotKept', { message: String(error) });
    }
  }
}
