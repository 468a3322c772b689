import { mkdirSync } from 'node:fs';
import type { TestContext } from 'node:test';
import type { TargetSync } from '../../extension/sync/syncTarget.ts';
import { type ServerProcess, startServer } from './serverProcess.ts';
import { SyncedFolder } from './syncedFolder.ts';
import { harvest, plant } from './tree.ts';

/** Folders that are synced with one share all the time. */
export class Live {
  readonly server: ServerProcess;
  readonly folders: SyncedFolder[] = [];
  readonly targets: TargetSync[] = [];
  #check: () => void = () => {};

  constructor(server: ServerProcess) {
    this.server = server;
  }

  static async start(t: TestContext, count: number, tree: Record<string, string> = {}): Promise<Live> {
    const live = new Live(await startServer(t));
    plant(live.server.directory, tree);
    for (let i = 0; i < count; i++) await live.join(t);
    await live.holds(Object.keys(harvest(live.server.directory)));
    return live;
  }

  async join(t: TestContext): Promise<SyncedFolder> {
    const folder = new SyncedFolder(t, this.server);
    mkdirSync(folder.root);
    const target = await folder.open();
    target.onSettled(() => this.#check());
    this.folders.push(folder);
    this.targets.push(target);
    await target.start();
    return folder;
  }

  /** Resolves when the server and all folders hold the same, and these paths. */
  async holds(paths: readonly string[]): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#check = () => {
      const trees = [this.server.directory, ...this.folders.map(({ root }) => root)].map((root) => harvest(root));
      const first = JSON.stringify(trees[0]);
      const isThere = (tree: object): boolean =>
        paths.every((path) => (path.startsWith('!') ? !(path.slice(1) in tree) : path in tree));
      if (trees.every((tree) => JSON.stringify(tree) === first && isThere(tree))) resolve();
    };
    this.#check();
    await promise;
  }
}
