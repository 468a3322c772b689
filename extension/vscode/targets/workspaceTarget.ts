import * as vscode from 'vscode';
import type { Entry } from '../../../server/protocol/entry.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { Listeners } from '../../connect/listeners.ts';
import type { ClientProvider, Disposable } from '../../connect/serverClient.ts';
import type { Conflict } from '../../sync/reconcile/conflict.ts';
import type { Messenger } from '../messages/messenger.ts';
import { withProgress } from '../messages/progress.ts';
import type { Servers } from '../servers/servers.ts';
import type { TargetStatus } from '../status/targetStatus.ts';
import type { ConsentMemory } from './consentMemory.ts';
import { planSummary, type ShownPlan } from './planText.ts';
import type { ConfiguredTarget } from './targetSettings.ts';

/** What the editor needs of the sync engine of one target. */
export interface Engine {
  plan(signal?: AbortSignal): Promise<ShownPlan & { readonly isFirst: boolean }>;
  syncOnce(options: {
    signal?: AbortSignal;
    confirmed?: boolean;
    onProgress?: (done: number, total: number) => void;
  }): Promise<unknown>;
  start(): Promise<void>;
  pause(): void;
  resume(): void;
  notifySaved(path: string): void;
  conflicts(): readonly Conflict[];
  resolve(path: string, choice: 'mine' | 'theirs' | 'both', signal?: AbortSignal): Promise<void>;
  explain(path: string): Promise<string>;
  ignores(path: string, isDirectory: boolean): boolean;
  baseOf(path: string): Entry | null;
  readonly status: TargetStatus;
  onDidChangeState(listener: () => void): Disposable;
  close(): Promise<void>;
}

export interface WorkspaceTargetOptions {
  readonly consent: ConsentMemory;
  readonly servers: Servers;
  readonly messenger: Messenger;
  readonly openEngine: (target: ConfiguredTarget, provider: ClientProvider) => Promise<Engine>;
  /** Which folders are paused, over reloads. */
  readonly pauses: vscode.Memento;
  /** Called when the target may begin to talk to its server. */
  readonly onConsent: () => void;
}

/** One folder of the workspace and its target: whether it may be synced at all, and the engine that does it. */
export class WorkspaceTarget {
  readonly folder: ConfiguredTarget['folder'];
  readonly address: ConfiguredTarget['address'];
  readonly mode: ConfiguredTarget['mode'];
  readonly #configured: ConfiguredTarget;
  readonly #options: WorkspaceTargetOptions;
  readonly #changes = new Listeners<void>();
  #status: TargetStatus = { kind: 'syncing' };
  #engine: Engine | undefined;

  constructor(configured: ConfiguredTarget, options: WorkspaceTargetOptions) {
    this.folder = configured.folder;
    this.address = configured.address;
    this.mode = configured.mode;
    this.#configured = configured;
    this.#options = options;
  }

  onDidChange(listener: () => void): Disposable {
    return this.#changes.add(listener);
  }

  get status(): TargetStatus {
    return this.#status;
  }

  get conflicts(): readonly Conflict[] {
    return this.#engine?.conflicts() ?? [];
  }

  get isPaused(): boolean {
    return this.#status.kind === 'paused';
  }

  /** Whether the person agreed to this address. */
  get mayConnect(): boolean {
    return this.#options.consent.of(this.#configured) === 'given';
  }

  async open(): Promise<void> {
    this.#set({ kind: 'failed', message: 'The engine is not there yet.' });
    await Promise.resolve();
  }

  async close(): Promise<void> {
    await this.#engine?.close();
  }

  async syncNow({ confirmed }: { readonly confirmed: boolean }): Promise<unknown> {
    return withProgress(`Syncing “${this.folder.name}”`, (signal, progress) =>
      this.#ready().syncOnce({ signal, confirmed, onProgress: (done, total) => progress.bytes(done, total) }),
    );
  }

  plan(): Promise<ShownPlan> {
    return this.#ready().plan();
  }

  async pause(): Promise<void> {
    this.#ready().pause();
    await Promise.resolve();
  }

  async resume(): Promise<void> {
    this.#ready().resume();
    await Promise.resolve();
  }

  async followSettings(): Promise<void> {
    await Promise.resolve();
  }

  /** What a click on the target in the status menu does. */
  async act(): Promise<void> {
    await this.syncNow({ confirmed: false });
  }

  notifySaved(path: string): void {
    this.#engine?.notifySaved(path);
  }

  resolve(path: string, choice: 'mine' | 'theirs' | 'both'): Promise<void> {
    return this.#ready().resolve(path, choice);
  }

  explain(path: string): Promise<string> {
    return this.#ready().explain(path);
  }

  ignores(path: string, isDirectory: boolean): boolean {
    return this.#engine?.ignores(path, isDirectory) ?? false;
  }

  /** Why a file of the folder is not synced, or undefined when it is. */
  async whyNot(path: string): Promise<string | undefined> {
    return this.ignores(path, false) ? this.explain(path) : undefined;
  }

  baseOf(path: string): Entry | null {
    return this.#engine?.baseOf(path) ?? null;
  }

  #ready(): Engine {
    if (!this.#engine) throw new SynclineError('Usage', `“${this.folder.name}” is not synced right now.`);
    return this.#engine;
  }

  #set(status: TargetStatus): void {
    this.#status = status;
    this.#changes.emit();
  }
}

export const firstSyncQuestion = (plan: ShownPlan): string => planSummary(plan);
