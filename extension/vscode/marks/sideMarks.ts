import { SynclineError } from '../../../server/protocol/errors.ts';
import { Listeners } from '../../connect/listeners.ts';
import type { Disposable } from '../../connect/serverClient.ts';
import type { SideDifference } from '../../sync/compareSides.ts';
import { isIgnoreFile } from '../../sync/ignore/ignoreRules.ts';
import { Soon } from '../soon.ts';
import type { TargetHub } from '../targets/targetHub.ts';
import type { WorkspaceTarget } from '../targets/workspaceTarget.ts';
import { toWirePath } from '../targets/wirePathOf.ts';
import { MarkTable } from './markTable.ts';

export interface MarkChange {
  readonly target: WorkspaceTarget;
  /** From the target's folder, those whose own mark is another one than before; everything when ignore rules have changed. */
  readonly paths: readonly string[] | 'everything';
}

/** What happens together is compared together, milliseconds. */
const GATHER_MS = 300;

const NOTHING = new MarkTable();

/** Where the sides of each target differ, found again whenever that may have changed. */
export class SideMarks {
  readonly #targets: TargetHub;
  readonly #log: (event: string, data: object) => void;
  readonly #changes = new Listeners<MarkChange>();
  readonly #tables = new Map<WorkspaceTarget, MarkTable>();
  /** Files that were saved since the last comparison. */
  readonly #saved = new Set<string>();
  readonly #listening: Disposable;
  readonly #comparison = new Soon(GATHER_MS, () => {
    this.#comparing = this.#comparing.then(() => this.#compareAll());
  });
  #comparing: Promise<void> = Promise.resolve();

  constructor(targets: TargetHub, log: (event: string, data: object) => void) {
    this.#targets = targets;
    this.#log = log;
    this.#listening = targets.onDidChange(() => this.#comparison.ask());
  }

  onDidChange(listener: (change: MarkChange) => void): Disposable {
    return this.#changes.add(listener);
  }

  of(target: WorkspaceTarget, file: string): SideDifference | undefined {
    return this.#table(target).of(toWirePath(target.folder.path, file));
  }

  hasBelow(target: WorkspaceTarget, folder: string): boolean {
    return this.#table(target).hasBelow(toWirePath(target.folder.path, folder));
  }

  /** Where sync is not automatic nobody else looks at a file that was saved. */
  saved(file: string): void {
    this.#saved.add(file);
    this.#comparison.ask();
  }

  serverChanged(): void {
    this.#comparison.ask();
  }

  dispose(): void {
    this.#comparison.dispose();
    this.#listening.dispose();
  }

  #table(target: WorkspaceTarget): MarkTable {
    return this.#tables.get(target) ?? NOTHING;
  }

  async #compareAll(): Promise<void> {
    const saved = [...this.#saved];
    this.#saved.clear();
    const all = this.#targets.all;
    for (const target of this.#tables.keys()) if (!all.includes(target)) this.#show(target, NOTHING);
    for (const target of all) {
      const own = saved.filter((file) => this.#targets.ofFile(file) === target);
      this.#show(target, (await this.#compare(target, own)) ?? this.#table(target));
      if (own.some((file) => isIgnoreFile(toWirePath(target.folder.path, file))))
        this.#changes.emit({ target, paths: 'everything' });
    }
  }

  /** While a side cannot be looked at, what was known last stays. */
  async #compare(target: WorkspaceTarget, saved: readonly string[]): Promise<MarkTable | undefined> {
    try {
      const differences = await target.compare(saved);
      return differences ? new MarkTable(differences) : NOTHING;
    } catch (error) {
      this.#log('sides were not compared', { folder: target.folder.name, code: SynclineError.from(error).code });
      return undefined;
    }
  }

  #show(target: WorkspaceTarget, table: MarkTable): void {
    const paths = table.changedSince(this.#table(target));
    if (table === NOTHING) this.#tables.delete(target);
    else this.#tables.set(target, table);
    if (paths.length > 0) this.#changes.emit({ target, paths });
  }
}
