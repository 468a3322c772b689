import type { WirePath } from '../../server/protocol/wirePath.ts';
import { type TestContext } from 'node:test';
import { BaseStore } from '../../extension/sync/base/baseStore.ts';
import { ContinuousSync } from '../../extension/sync/continuousSync.ts';
import { Exclusive } from '../../extension/sync/exclusive.ts';
import { StatCache } from '../../extension/sync/local/statCache.ts';
import { SavedFiles } from '../../extension/sync/savedFiles.ts';
import { SyncCycle } from '../../extension/sync/syncCycle.ts';
import { showOperation } from './carryOut.ts';
import { FakeClock } from './fakeClock.ts';
import { MemoryEndpoint } from './memoryEndpoint.ts';
import { temporaryFolder } from './temporaryFolder.ts';
import { treeOf } from './treeNotation.ts';

/** A target on two sides in memory, with a clock of its own. */
export class RunningSync {
  readonly local: MemoryEndpoint;
  readonly remote: MemoryEndpoint;
  readonly clock = new FakeClock();
  readonly sync: ContinuousSync;
  readonly cycle: SyncCycle;
  readonly applied: string[] = [];
  readonly states: string[] = [];
  settled = 0;
  isHeldBack = false;
  guard: string | undefined;
  readonly saves: SavedFiles;

  constructor(t: TestContext, sides: { base?: string; local: string; remote: string }, guard?: string) {
    this.guard = guard;
    this.local = new MemoryEndpoint(treeOf(sides.local));
    this.remote = new MemoryEndpoint(treeOf(sides.remote));
    const store = BaseStore.open(temporaryFolder(t));
    store.save({ base: treeOf(sides.base ?? sides.local), remote: null, conflicts: [] });
    const { local, remote, clock } = this;
    const log = (): void => {};
    const cache = new StatCache();
    this.cycle = new SyncCycle({ local, remote, store, cache, mode: 'two-way', guard: () => this.guard, clock, log });
    const exclusive = new Exclusive();
    this.sync = new ContinuousSync({
      cycle: this.cycle,
      local,
      remote,
      exclusive,
      clock,
      watchesLocal: true,
      isHeldBack: () => this.isHeldBack,
      express: (path) => this.saves.send(path as WirePath),
      log,
    });
    this.saves = new SavedFiles(this.cycle, this.sync, log);
    this.sync.onApplied(({ side, operation }) => this.applied.push(`${side}: ${showOperation(operation, () => '')}`));
    this.sync.onDidChangeState(({ kind }) => this.states.push(kind));
    this.sync.onSettled(() => this.settled++);
    t.after(async () => {
      await this.sync.close();
      store.close();
    });
  }

  static async start(
    t: TestContext,
    sides: { base?: string; local: string; remote: string },
    guard?: string,
  ): Promise<RunningSync> {
    const running = new RunningSync(t, sides, guard);
    await running.sync.start();
    await running.quiet();
    return running;
  }

  /** Resolves when nothing more happens unless time passes or somebody does something. */
  async quiet(): Promise<void> {
    for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve));
  }

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.quiet();
  }

  /** As a watcher tells it after something was done to the folder. */
  async change(tree: string, ...paths: string[]): Promise<void> {
    this.local.tree = treeOf(tree);
    this.local.hint(new Set(paths));
    await this.quiet();
  }
}
