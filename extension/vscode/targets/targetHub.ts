import type { WirePath } from '../../../server/protocol/wirePath.ts';
import { Listeners } from '../../connect/listeners.ts';
import type { Disposable } from '../../connect/serverClient.ts';
import type { ServerAddress } from '../../connect/target.ts';
import type { ShownTarget } from '../status/statusText.ts';
import { toLocal, toServer } from '../files/pairing.ts';
import type { ConfiguredTarget, TargetSettings } from './targetSettings.ts';
import type { WorkspaceTarget } from './workspaceTarget.ts';

export interface TargetHubOptions {
  /** What the settings ask for right now. */
  readonly read: () => TargetSettings;
  readonly make: (target: ConfiguredTarget) => WorkspaceTarget;
  /** Told when targets have been closed. */
  readonly onClosed: () => void;
  /** Told what the settings ask for, before it is done. */
  readonly onRead: (targets: readonly ConfiguredTarget[]) => void;
  /** Told when the settings have faults that were not there before. */
  readonly onFaults: (faults: readonly string[]) => void;
}

export interface LocalFile {
  readonly target: WorkspaceTarget;
  /** Absolute path. */
  readonly file: string;
}

/** All targets of the window, kept equal to what the settings ask for. */
export class TargetHub {
  readonly #options: TargetHubOptions;
  readonly #targets = new Map<string, WorkspaceTarget>();
  readonly #changes = new Listeners<void>();
  readonly #progress = new Listeners<void>();
  #faults = '';
  /** Opening and closing happen one after the other: two engines never work on one target. */
  #settling: Promise<void> = Promise.resolve();

  constructor(options: TargetHubOptions) {
    this.#options = options;
  }

  /** Called when targets come and go, and whenever one of them has another status or other conflicts. */
  onDidChange(listener: () => void): Disposable {
    return this.#changes.add(listener);
  }

  /** Called when a sync is further than before: for what shows how far, and nothing else. */
  onDidProgress(listener: () => void): Disposable {
    return this.#progress.add(listener);
  }

  get all(): readonly WorkspaceTarget[] {
    return [...this.#targets.values()];
  }

  get shown(): readonly ShownTarget[] {
    return this.all.map(({ folder, address, mode, status, isProduction }) => ({
      name: folder.name,
      label: address.label,
      mode,
      status,
      isProduction,
    }));
  }

  /** The target that a local path belongs to. */
  ofFile(path: string): WorkspaceTarget | undefined {
    const inside = this.all.filter(({ folder }) => isInside(folder.path, path));
    return inside.toSorted((a, b) => b.folder.path.length - a.folder.path.length)[0];
  }

  /** The local file or folder that belongs to a path of a share, there or not. */
  ofServerPath(
    { url, share }: Pick<ServerAddress, 'url' | 'share'>,
    path: WirePath | undefined,
  ): LocalFile | undefined {
    for (const target of this.all) {
      const { folder, address } = target;
      if (address.url !== url || address.share !== share) continue;
      const file = toLocal({ root: folder.path, dir: address.dir }, path);
      if (file !== null) return { target, file };
    }
    return undefined;
  }

  /** Reads the settings again: closes what is no longer asked for, opens what is new, leaves the rest alone. */
  async settle(): Promise<void> {
    this.#settling = this.#settling.then(() => this.#settle());
    return this.#settling;
  }

  /** Closes every target and opens what the settings ask for: for when it changed what a target may do. */
  async reopen(): Promise<void> {
    const all = this.all;
    this.#targets.clear();
    await Promise.all(all.map((target) => target.close()));
    await this.settle();
  }

  /** Ends the sync of every target of a server, or begins it again. */
  async disconnect(url: string): Promise<void> {
    await Promise.all(this.#of(url).map((target) => target.disconnect()));
  }

  async connect(url: string): Promise<void> {
    const idle = this.#of(url).filter((target) => !target.wantsConnection);
    await Promise.all(idle.map((target) => target.open()));
  }

  #of(url: string): readonly WorkspaceTarget[] {
    return this.all.filter(({ address }) => address.url === url);
  }

  async close(): Promise<void> {
    await this.#settling;
    await Promise.all(this.all.map((target) => target.close()));
  }

  async #settle(): Promise<void> {
    const { targets, faults } = this.#options.read();
    this.#options.onRead(targets);
    const wanted = new Map(targets.map((target) => [keyOf(target), target]));
    const gone = [...this.#targets].filter(([key]) => !wanted.has(key));
    for (const [key] of gone) this.#targets.delete(key);
    await Promise.all(gone.map(([, target]) => target.close()));
    if (gone.length > 0) this.#options.onClosed();
    const fresh = [...wanted].filter(([key]) => !this.#targets.has(key));
    for (const [key, configured] of fresh) {
      const target = this.#options.make(configured);
      target.onDidChange(() => this.#changes.emit());
      target.onDidProgress(() => this.#progress.emit());
      this.#targets.set(key, target);
    }
    if (gone.length > 0 || fresh.length > 0) this.#changes.emit();
    for (const [key] of fresh) void this.#targets.get(key)?.open();
    if (faults.join('\n') !== this.#faults && faults.length > 0) this.#options.onFaults(faults);
    this.#faults = faults.join('\n');
  }
}

const keyOf = ({ folder, address, mode, merge, production, level }: ConfiguredTarget) =>
  [folder.path, address.label, mode, merge, production, level].join('\n');

function isInside(root: string, path: string): boolean {
  try {
    return toServer({ root }, path) !== null;
  } catch {
    // a name that cannot be on the server is still inside
    return true;
  }
}
