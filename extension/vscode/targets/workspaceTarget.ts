import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Entry } from '../../../server/protocol/entry.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { systemClock } from '../../connect/clock.ts';
import { Listeners } from '../../connect/listeners.ts';
import type { Disposable } from '../../connect/serverClient.ts';
import { explanationText } from '../../sync/explanation.ts';
import type { SideDifference } from '../../sync/compareSides.ts';
import type { Plan, SyncProgress } from '../../sync/plan.ts';
import type { Choice, Conflict } from '../../sync/reconcile/conflict.ts';
import type { SyncSummary } from '../../sync/syncSummary.ts';
import type { TargetSync } from '../../sync/syncTarget.ts';
import type { Verification, VerifyOptions } from '../../sync/verification.ts';
import { commandId } from '../commands/commandIds.ts';
import { logError } from '../messages/logError.ts';
import type { Messenger } from '../messages/messenger.ts';
import { type TaskProgress, withProgress } from '../messages/progress.ts';
import type { ProductionGuard } from '../production/productionGuard.ts';
import type { OutsideChanges } from '../batches/outsideChanges.ts';
import { problemNotes } from '../problems/problemNotes.ts';
import type { Servers } from '../servers/servers.ts';
import type { TargetStatus } from '../status/targetStatus.ts';
import type { ConsentMemory } from './consentMemory.ts';
import { BrakeDialog } from './brakeDialog.ts';
import { engineStatus, isOfConnection } from './engineStatus.ts';
import { asksFirst, isLarge } from './firstSync.ts';
import { showSyncProgress } from './syncProgress.ts';
import { pastBrakes } from './pastBrakes.ts';
import { askConsent, askFirstSync, askFirstWrite } from './targetQuestions.ts';
import type { ConfiguredTarget } from './targetSettings.ts';
import { toWirePath } from './wirePathOf.ts';

export interface WorkspaceTargetOptions {
  readonly consent: ConsentMemory;
  readonly servers: Servers;
  readonly guard: ProductionGuard;
  readonly messenger: Messenger;
  readonly log: vscode.LogOutputChannel;
  readonly openEngine: (target: ConfiguredTarget) => Promise<TargetSync>;
  readonly followOutside: (target: ConfiguredTarget, engine: TargetSync) => OutsideChanges;
  /** Which folders are paused, over reloads. */
  readonly memory: vscode.Memento;
}

/** How long, and how often, a target is tried that another process is syncing, milliseconds. */
const BUSY_MS = 15_000;
const BUSY_AGAIN_MS = 500;

/**
 * One folder of the workspace and its target: whether it may be synced at all (trust, consent, first sync, brakes, pause), and
 * the engine that does it. Only what a person asked for by a command rejects; everything else ends up in the status.
 */
export class WorkspaceTarget {
  readonly folder: ConfiguredTarget['folder'];
  readonly address: ConfiguredTarget['address'];
  readonly mode: ConfiguredTarget['mode'];
  readonly #configured: ConfiguredTarget;
  readonly #options: WorkspaceTargetOptions;
  readonly #changes = new Listeners<void>();
  readonly #progress = new Listeners<void>();
  readonly #brakeDialog: BrakeDialog;
  /** What is being carried out; undefined when nothing is. */
  #steps: { readonly done: number; readonly total: number } | undefined;
  #listening: Disposable[] = [];
  #busy: Disposable | undefined;
  #engine: TargetSync | undefined;
  #outside: OutsideChanges | undefined;
  #isStarted = false;
  /** What keeps the engine from syncing by itself; undefined when its own state is what counts. */
  #held: TargetStatus | undefined = { kind: 'syncing' };
  /** The question that is open; there is one at a time, and none is asked twice. */
  #asked = '';
  #isDisconnected = false;
  /** Both sides were looked at since the engine was opened. */
  #hasLooked = false;

  constructor(configured: ConfiguredTarget, options: WorkspaceTargetOptions) {
    this.folder = configured.folder;
    this.address = configured.address;
    this.mode = configured.mode;
    this.#configured = configured;
    this.#options = options;
    this.#brakeDialog = new BrakeDialog(configured, {
      state: () => this.#engine?.state,
      isProduction: () => this.isProduction,
      goOn: () => this.syncNow({ confirmed: true }),
    });
  }

  /** Called when the status or the conflicts may be others. */
  onDidChange(listener: () => void): Disposable {
    return this.#changes.add(listener);
  }

  /** Called when a sync is further than before, which may be hundreds of times in a second. */
  onDidProgress(listener: () => void): Disposable {
    return this.#progress.add(listener);
  }

  get status(): TargetStatus {
    const connection = this.#options.servers.get(this.address.url)?.state;
    const status = this.#held ?? engineStatus(this.#isStarted ? this.#engine?.state : undefined, connection);
    return status.kind === 'syncing' && this.#steps ? { ...status, steps: this.#steps } : status;
  }

  get isProduction(): boolean {
    return this.#options.guard.isProduction(this.address);
  }

  get conflicts(): readonly Conflict[] {
    return this.#engine?.conflicts() ?? [];
  }

  /** What is to be said about single files. */
  get notes(): ReturnType<typeof problemNotes> {
    return problemNotes(this.#hasLooked ? this.#engine : undefined);
  }

  get isPaused(): boolean {
    return this.#options.memory.get<unknown>(this.#pauseKey) === true;
  }

  /** What other programs did here; undefined as long as nothing is synced. */
  get outside(): OutsideChanges | undefined {
    return this.#outside;
  }

  /** Whether anything is known of the two sides yet. */
  get hasLooked(): boolean {
    return this.#hasLooked;
  }

  /** Whether the person wants its server to be connected to. */
  get wantsConnection(): boolean {
    const { consent } = this.#options;
    return vscode.workspace.isTrusted && !this.#isDisconnected && consent.of(this.#configured) === 'given';
  }

  /** Begins, as far as trust and consent allow. */
  async open(): Promise<void> {
    this.#isDisconnected = false;
    if (!vscode.workspace.isTrusted) return this.#hold({ kind: 'restricted' });
    if (!this.wantsConnection) {
      this.#hold({ kind: 'asksConsent' });
      return this.#askConsent();
    }
    this.#hold({ kind: 'syncing' });
    await this.#openEngine(Date.now() + BUSY_MS);
  }

  /** A window that is reloaded overlaps with the one it replaces, so a target that is busy is tried for a while. */
  async #openEngine(until: number): Promise<void> {
    try {
      const connection = this.#options.servers.open(this.address.url);
      const engine = await this.#options.openEngine(this.#configured);
      this.#engine = engine;
      this.#outside = this.#options.followOutside(this.#configured, engine);
      this.#listening = [
        engine.onDidChangeState(() => this.#onEngineState()),
        engine.onProgress((now) => this.#follow(now)),
        this.#options.guard.onDidChange(() => this.#onGuard()),
        connection.onDidChangeState(() => this.#changes.emit()),
        connection.onDidChangeClient((client) => void (client && this.#begin())),
      ];
      await this.#begin();
    } catch (error) {
      if (SynclineError.from(error).code !== 'TargetBusy' || Date.now() > until) return this.#fail(error);
      this.#busy = systemClock.after(BUSY_AGAIN_MS, () => void this.#openEngine(until));
    }
  }

  async close(): Promise<void> {
    for (const each of this.#listening) each.dispose();
    this.#listening = [];
    this.#busy?.dispose();
    this.#outside?.dispose();
    this.#outside = undefined;
    const engine = this.#engine;
    this.#engine = undefined;
    this.#hasLooked = false;
    this.#isStarted = false;
    await engine?.close();
  }

  /** Ends syncing until {@link open} is called again; the settings stay as they are. */
  async disconnect(): Promise<void> {
    this.#isDisconnected = true;
    this.#hold({ kind: 'offline', message: l10n.t('disconnected') });
    await this.close();
  }

  /**
   * Syncs once, whatever automatic sync does. Undefined when a person has been asked first and has not agreed yet.
   * @throws SynclineError
   */
  async syncNow({ confirmed = false }: { readonly confirmed?: boolean } = {}): Promise<SyncSummary | undefined> {
    const engine = this.#ready();
    if (!confirmed && !this.#isStarted && asksFirst(await engine.plan())) {
      void this.#askFirst(engine);
      return undefined;
    }
    const sync = (isConfirmed: boolean): Promise<SyncSummary> =>
      this.#sync(engine, l10n.t('Syncing “{0}”', this.folder.name), isConfirmed);
    if (!confirmed) return this.#pastBrakes(sync);
    this.#options.guard.allow(this.address.url);
    return sync(true);
  }

  plan(): Promise<Plan> {
    return this.#look(this.#ready());
  }

  /**
   * Carries out a plan that was shown, but for the steps that were left out ({@link stepKey}). When some were, automatic sync stays
   * paused: it would carry them out at once.
   * @throws SynclineError `Changed` when something else is to be done by now
   */
  async carryOut(plan: Plan, leftOut: ReadonlySet<string>): Promise<SyncSummary> {
    const engine = this.#ready();
    if (plan.toRemote.length > 0) await this.#options.guard.require([this.address]);
    if (leftOut.size > 0 && this.#isAutomatic) await this.pause();
    try {
      return await withProgress(l10n.t('Syncing “{0}”', this.folder.name), (signal, progress) =>
        engine.carryOut(plan, leftOut, { signal, onProgress: (now) => this.#follow(now, progress) }),
      );
    } finally {
      if (this.#held?.kind === 'asksFirstSync') void this.#begin();
      this.#changes.emit();
    }
  }

  async pause(): Promise<void> {
    await this.#options.memory.update(this.#pauseKey, true);
    this.#engine?.pause();
    if (!this.#isStarted && this.#held?.kind !== 'asksConsent') this.#hold({ kind: 'paused' });
    this.#changes.emit();
  }

  async resume(): Promise<void> {
    await this.#options.memory.update(this.#pauseKey, undefined);
    this.#engine?.resume();
    await this.#begin();
    this.#changes.emit();
  }

  /** Automatic sync may have been switched on or off. */
  async followSettings(): Promise<void> {
    if (this.#isAutomatic === this.#isStarted || !this.#engine) return;
    if (this.#isAutomatic) return this.#begin();
    await this.close();
    await this.open();
  }

  /** What the person most likely wants who clicks on the target. */
  async act(): Promise<void> {
    const { kind } = this.status;
    if (kind === 'asksConsent' || kind === 'asksFirstSync' || kind === 'asksWrite') this.#asked = '';
    if (kind === 'asksWrite') return this.#askWrite();
    if (kind === 'asksConsent') return this.#askConsent();
    if (kind === 'conflicts') return vscode.commands.executeCommand(commandId('resolveConflict'));
    if (kind === 'problems') return vscode.commands.executeCommand('workbench.actions.view.problems');
    if (kind === 'paused') return this.resume();
    if (kind === 'offline' || !this.#engine)
      return vscode.commands.executeCommand(commandId('connect'), this.address.label);
    await vscode.commands.executeCommand(commandId('syncNow'), this);
  }

  notifySaved(file: string): void {
    this.#engine?.notifySaved(file);
  }

  async resolve(path: string, choice: Choice): Promise<void> {
    const engine = this.#ready();
    if (choice !== 'theirs') await this.#options.guard.require([this.address]);
    const resolve = (): Promise<void> => engine.resolve(path, choice);
    await (this.#outside?.aside(resolve) ?? resolve());
    this.#changes.emit();
  }

  /** Why a file of the folder is synced or not, in words. */
  async explain(file: string): Promise<string> {
    return explanationText(await this.#ready().explain(toWirePath(this.folder.path, file)));
  }

  /** Reads every file again, on both sides. */
  verify(options: VerifyOptions): Promise<Verification> {
    return this.#ready().verify(options);
  }

  /** Syncs what a verification has found. @throws SynclineError */
  async repair(verification: Verification): Promise<SyncSummary> {
    const engine = this.#ready();
    const title = l10n.t('Repairing “{0}”', this.folder.name);
    const once = (confirmed: boolean): Promise<SyncSummary> =>
      withProgress(title, async (signal, progress) => {
        const options = { signal, confirmed, onProgress: (now: SyncProgress) => this.#follow(now, progress) };
        return (await engine.repair(verification, options)).summary;
      });
    try {
      return await this.#pastBrakes(once);
    } finally {
      this.#changes.emit();
    }
  }

  /**
   * Where both sides differ, by path from the folder's root; undefined as long as nobody has looked. In automatic sync as of the
   * last look; otherwise after a look at these files here and at what the server has told.
   */
  async compare(files: readonly string[] | 'everything'): Promise<ReadonlyMap<string, SideDifference> | undefined> {
    const engine = this.#engine;
    if (!engine || !this.#hasLooked) return undefined;
    if (this.#isStarted && !this.isPaused) return engine.compare();
    const here = files === 'everything' ? files : new Set(files.map((file) => toWirePath(this.folder.path, file)));
    const isOnline = this.#options.servers.get(this.address.url)?.current !== null;
    return engine.compare({ local: here, remote: isOnline ? 'everything' : 'nothing' });
  }

  ignores(file: string, isDirectory: boolean): boolean {
    return this.#engine?.ignores(toWirePath(this.folder.path, file), isDirectory) ?? false;
  }

  /** What both sides last agreed on. */
  baseOf(file: string): Entry | null {
    return this.#engine?.baseOf(toWirePath(this.folder.path, file)) ?? null;
  }

  /** Goes on to automatic sync once there is a connection, and the first plan has been agreed to where that is needed. */
  async #begin(): Promise<void> {
    const engine = this.#engine;
    if (!engine || this.#isStarted) return this.#release();
    if (this.isPaused) return this.#hold({ kind: 'paused' });
    if (!this.#isAutomatic) return this.#hold({ kind: 'manual' });
    if (!this.#options.servers.get(this.address.url)?.current) return this.#hold(undefined);
    try {
      const plan = await this.#look(engine);
      if (engine !== this.#engine || this.#isStarted) return;
      if (asksFirst(plan)) return void this.#askFirst(engine);
      await this.#start(engine, plan);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #look(engine: TargetSync): Promise<Plan> {
    const plan = await engine.plan();
    if (engine === this.#engine) this.#hasLooked = true;
    this.#changes.emit();
    return plan;
  }

  async #start(engine: TargetSync, plan: Plan): Promise<void> {
    this.#hold({ kind: 'syncing' });
    if (plan.isFirst) this.#outside?.skipFirstSync();
    if (plan.isFirst && isLarge(plan)) await this.#sync(engine, l10n.t('First sync of “{0}”', this.folder.name), false);
    if (engine !== this.#engine) return;
    if (this.#isStarted) return;
    this.#isStarted = true;
    await engine.start();
    this.#release();
  }

  async #sync(engine: TargetSync, title: string, confirmed: boolean): Promise<SyncSummary> {
    try {
      const { summary } = await withProgress(title, (signal, progress) =>
        engine.syncOnce({ signal, confirmed, onProgress: (now) => this.#follow(now, progress) }),
      );
      return summary;
    } finally {
      // what kept automatic sync from beginning may be settled now
      if (this.#held?.kind === 'asksFirstSync') void this.#begin();
      this.#changes.emit();
    }
  }

  async #askConsent(): Promise<void> {
    if (!this.#mayAsk('consent')) return;
    const answer = await askConsent(this.#configured);
    if (answer === false) this.#options.consent.refuse(this.#configured);
    if (answer !== true) return;
    await this.#options.consent.give(this.#configured);
    await this.open();
  }

  async #askFirst(engine: TargetSync): Promise<void> {
    this.#hold({ kind: 'asksFirstSync' });
    if (!this.#mayAsk('firstSync')) return;
    try {
      const plan = await engine.plan();
      if (!(await askFirstSync(this.#configured, plan, this.isProduction)) || engine !== this.#engine) return;
      this.#options.guard.allow(this.address.url);
      if (this.#isAutomatic && !this.isPaused) await this.#start(engine, plan);
      else await this.#sync(engine, l10n.t('First sync of “{0}”', this.folder.name), false);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Shows how far a sync is: in the status bar, and in its notification when it has one. */
  #follow(now: SyncProgress, task?: TaskProgress): void {
    if (task) showSyncProgress(now, task);
    this.#steps = now.phase === 'looking' ? undefined : now;
    this.#progress.emit();
  }

  #onEngineState(): void {
    this.#steps = undefined;
    this.#release();
    const state = this.#engine?.state;
    if (state?.kind === 'failed') this.#report(state.error);
    if (state?.kind === 'stopped') void (state.brake.kind === 'guarded' ? this.#askWrite() : this.#askBrake());
    else if (state?.kind !== 'failed') this.#asked = '';
  }

  async #askBrake(): Promise<void> {
    if (this.#mayAsk('brake')) await this.#brakeDialog.ask().catch((error: unknown) => this.#report(error));
  }

  async #askWrite(): Promise<void> {
    if (this.#mayAsk('write') && (await askFirstWrite(this.#configured))) this.#options.guard.allow(this.address.url);
  }

  /** What was held back goes on when its server may be written to from now on. */
  #onGuard(): void {
    const state = this.#engine?.state;
    const wasHeld = state?.kind === 'stopped' && state.brake.kind === 'guarded';
    if (wasHeld && !this.#options.guard.holds(this.address))
      void this.syncNow().catch((error: unknown) => this.#report(error));
    this.#changes.emit();
  }

  #pastBrakes<T>(work: (confirmed: boolean) => Promise<T>): Promise<T> {
    return pastBrakes(this.#configured, this.#options.guard, work);
  }

  /** Each question is asked once until its reason has gone, or a person comes back to it. */
  #mayAsk(question: string): boolean {
    if (this.#asked === question) return false;
    this.#asked = question;
    return true;
  }

  #fail(error: unknown): void {
    const { code, message } = SynclineError.from(error);
    if (code === 'Cancelled') void this.pause();
    else if (isOfConnection(code)) this.#hold(undefined);
    else {
      this.#hold({ kind: 'failed', message });
      this.#report(error);
    }
  }

  /** Once; what is wrong with the connection is told by the connection. */
  #report(error: unknown): void {
    logError(this.#options.log, `Sync of ${this.folder.name} failed`, error);
    const isConnectionsOwn = this.#options.servers.get(this.address.url)?.state.kind === 'failed';
    const { message } = SynclineError.from(error);
    if (isConnectionsOwn || !this.#mayAsk(message)) return;
    this.#options.messenger.report(l10n.t('sync “{0}”', this.folder.name), error, {
      retry: () => void this.#retry(),
      server: this.address.url,
    });
  }

  async #retry(): Promise<void> {
    this.#asked = '';
    await this.close();
    await this.open();
  }

  #ready(): TargetSync {
    if (this.#engine) return this.#engine;
    throw new SynclineError(
      'Usage',
      l10n.t('“{0}” is not synced right now: click on Syncline in the status bar.', this.folder.name),
    );
  }

  #release(): void {
    if (this.#isStarted) this.#held = undefined;
    this.#changes.emit();
  }

  #hold(status: TargetStatus | undefined): void {
    this.#held = status;
    this.#changes.emit();
  }

  get #isAutomatic(): boolean {
    const settings = vscode.workspace.getConfiguration('syncline', vscode.Uri.file(this.folder.path));
    return settings.get<boolean>('autoSync') !== false;
  }

  get #pauseKey(): string {
    return `syncline.paused:${this.folder.path}`;
  }
}
