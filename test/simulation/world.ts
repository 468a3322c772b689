import { mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { contentIdOf } from '../../server/protocol/contentId.ts';
import type { Operation } from '../../server/protocol/messages/files.ts';
import type { Cursor } from '../../server/protocol/messages/values.ts';
import { AnsweredPuts } from './answeredPuts.ts';
import { ClientWire } from './clientWire.ts';
import { Contents } from './contents.ts';
import { Violation } from './violation.ts';
import { Databases } from './databases.ts';
import { DiskCalls, MOUNT } from './disk/diskCalls.ts';
import type { PowerCut } from './disk/virtualDisk.ts';
import { Machine, SOUND } from './machine.ts';
import type { Surroundings } from './patchNode.ts';
import { Person } from './person.ts';
import type { HistoryPlan } from './plan.ts';
import { Random } from './random.ts';
import { Scheduler } from './scheduler.ts';
import { SimulatedClient } from './simulatedClient.ts';
import { SimulatedServer } from './simulatedServer.ts';
import type { TimedStep, Where } from './step.ts';
import { StoredShare } from './storedShare.ts';
import { timersOf } from './timers.ts';
import type { Trace } from './trace.ts';
import { unbraked } from './unbraked.ts';

/** Folders that are simulated before they are on a disk. */
const REAL_MEMORY = '/dev/shm';

/** Machines with disks, clocks and programs, the wires between them, and the promises that all of it has to keep. */
export class World {
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly server: SimulatedServer;
  readonly clients: readonly SimulatedClient[];
  readonly contents: Contents;
  readonly violations: Violation[] = [];
  readonly #plan: HistoryPlan;
  readonly #random: Random;
  readonly #folder = mkdtempSync(join(REAL_MEMORY, 'syncline-simulation-'));
  readonly #machines = new Map<string, Machine>();
  readonly #databases = new Map<string, Databases>();
  readonly #calls: DiskCalls;
  readonly #deafUntil = new Map<string, number>();
  readonly #uuids: Random;
  readonly #puts = new AnsweredPuts();
  #whenAnswered: (() => void) | null = null;
  #answered: Cursor | null = null;
  #written = 0;

  constructor(plan: HistoryPlan, trace: Trace) {
    this.#plan = plan;
    this.trace = trace;
    this.#random = new Random(plan.seed, 'world');
    this.#uuids = new Random(plan.seed, 'names');
    this.scheduler = new Scheduler(new Random(plan.seed, 'scheduler'), trace);
    this.#calls = new DiskCalls(this.#machines, this.scheduler);
    this.contents = new Contents({
      isPerson: () => this.scheduler.current === null,
      forbids: (machine, path) => this.#forbids(machine, path),
      isEven: isEven(plan),
      isInHistory: (data) => this.store.isInHistory(contentIdOf(data)),
      touched: (name, path) => {
        if (name === 'server') this.#puts.touched(path);
      },
      report: (violation) => this.report(violation),
    });
    const machine = this.#addMachine('server');
    this.server = new SimulatedServer(machine, !plan.steps.some(isLarge), (cursor) => this.#serverIsReady(cursor));
    this.clients = plan.modes.map((mode, n) => {
      const wire = new ClientWire(this.#random, mode, {
        asked: (operations) => this.#requireBrake(n, operations),
        answered: (cursor, done) => this.#remember(cursor, done),
        violated: (violation) => this.report(violation),
      });
      return new SimulatedClient({ machine: this.#addMachine(`c${n}`), mode, server: this.server, wire });
    });
  }

  /** The share's index, as a reader beside the server would see it. */
  get store(): StoredShare {
    return new StoredShare(this.#databasesOf('server').place('index.db'));
  }

  report(violation: Violation): void {
    this.trace.add(`VIOLATION ${violation.message}`);
    this.violations.push(violation);
  }

  start(): void {
    for (const machine of this.#machines.values()) {
      const person = new Person(machine.disk, machine.name === 'server' ? 'share' : 'root');
      person.makeFolder('.');
      if (machine.name !== 'server') new Person(machine.disk, 'state').makeFolder('.');
      if (this.#plan.rules) this.write(machine, '.gitignore', `${this.#plan.rules.join('\n')}\n`, 'inPlace');
    }
    this.server.start();
    for (const client of this.clients) client.start();
  }

  machine(where: Where): Machine {
    return where === 'server' ? this.server.machine : (this.clients[where] as SimulatedClient).machine;
  }

  person(where: Where): Person {
    const machine = this.machine(where);
    return new Person(machine.disk, machine.name === 'server' ? 'share' : 'root');
  }

  /** Something that nobody ever wrote before. */
  newText(large: boolean): string {
    const text = `w${this.#written++}`;
    return large ? `${text} ${'0123456789abcdef'.repeat(18_000)}` : text;
  }

  write(machine: Machine, path: string, text: string, how: 'inPlace' | 'replace'): boolean {
    this.contents.wrote(text);
    const isDone = new Person(machine.disk, machine.name === 'server' ? 'share' : 'root').write(path, text, how);
    if (!isDone) this.contents.forget(text);
    return isDone;
  }

  /** No events of the file system arrive until then. */
  deafen(where: Where, ms: number): void {
    this.#deafUntil.set(this.machine(where).name, this.scheduler.now + ms * 1000);
  }

  /** The program dies after so many calls, or now, or when a commit has been answered; it starts again after `downMs`. */
  crash(where: Where, calls: number | 'answer', cut: PowerCut, downMs: number, whileDown: () => void = () => {}): void {
    if (calls === 'answer') {
      this.#whenAnswered = () => this.crash(where, 0, cut, downMs, whileDown);
      return;
    }
    const machine = this.machine(where);
    if (machine.program?.alive !== true) return;
    machine.onDeath = () => {
      this.#databasesOf(machine.name).freeze();
      this.scheduler.after(
        0,
        `${machine.name} is down (${cut})`,
        () => this.#afterDeath(machine, cut, downMs, whileDown),
        null,
      );
    };
    if (calls === 0) machine.die();
    else machine.dyingAfter = calls;
  }

  loseBase(at: number): void {
    this.crash(at, 0, 'kill', 100, () => this.#databasesOf(this.machine(at).name).lose('base.db'));
  }

  /** From now on everything works. */
  heal(): void {
    this.#deafUntil.clear();
    this.#whenAnswered = null;
    for (const machine of this.#machines.values()) {
      machine.faults = SOUND;
      machine.dyingAfter = null;
    }
    for (const { wire } of this.clients) wire.heldUntil = 0;
  }

  stop(): void {
    for (const machine of this.#machines.values()) if (machine.program) machine.program.alive = false;
    for (const databases of this.#databases.values()) databases.release();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  surroundings(): Surroundings {
    const { scheduler } = this;
    const here = (): Machine | undefined => {
      for (const machine of this.#machines.values()) if (machine.program === scheduler.current) return machine;
      return undefined;
    };
    return {
      disk: {
        owns: (target) => this.#calls.owns(target),
        call: (name, args) =>
          name === 'watch'
            ? this.#calls.watch(args[0] as string, args[2] as () => void, () => this.#isDeaf(args[0] as string))
            : (this.#calls as unknown as Record<string, (...args: unknown[]) => unknown>)[name]?.(...args),
      },
      timers: timersOf(scheduler),
      wallClock: () => (here() ?? this.server.machine).wallClock(),
      uptime: () => scheduler.now / 1000,
      uuid: () => this.#uuids.uuid(),
      fraction: () => scheduler.random.fraction(),
      placeDatabase: (path) => (path.startsWith(MOUNT) ? this.#databasesAt(path).place(basename(path)) : null),
      databaseOpened: (database: DatabaseSync, path) => {
        if (path.startsWith(MOUNT)) this.#databasesAt(path).opened(database);
      },
      databaseStep: (sql) => {
        const machine = here();
        if (machine && /^(BEGIN|COMMIT)/.test(sql)) enterDatabase(machine, sql);
      },
    };
  }

  #addMachine(name: string): Machine {
    const machine = new Machine(name, this.#machines.size + 1, this.scheduler, this.contents);
    this.#machines.set(name, machine);
    this.#databases.set(name, new Databases(join(this.#folder, name)));
    this.contents.watch(machine.disk);
    return machine;
  }

  #databasesOf(name: string): Databases {
    return this.#databases.get(name) as Databases;
  }

  #databasesAt(path: string): Databases {
    return this.#databasesOf(path.slice(MOUNT.length + 1).split('/')[0] ?? '');
  }

  #isDeaf(path: string): boolean {
    const name = path.slice(MOUNT.length + 1).split('/')[0] ?? '';
    return (this.#deafUntil.get(name) ?? 0) > this.scheduler.now;
  }

  #afterDeath(machine: Machine, cut: PowerCut, downMs: number, whileDown: () => void): void {
    const databases = this.#databasesOf(machine.name);
    databases.release();
    this.#cutLinks(machine);
    const isServer = machine === this.server.machine;
    const standing = isServer ? this.#puts.standing(machine.disk) : new Map<string, string>();
    machine.disk.powerCut(cut, this.#random);
    if (cut !== 'kill') {
      databases.powerCut(this.#random);
      this.contents.check(`after the power cut of ${machine.name}`, false);
    }
    for (const violation of this.#puts.fallen(machine.disk, standing)) this.report(violation);
    whileDown();
    const start = (): void =>
      (isServer ? this.server : this.clients.find((client) => client.machine === machine))?.start();
    this.scheduler.after(downMs * 1000, `${machine.name} is up again`, start, null);
  }

  #cutLinks(machine: Machine): void {
    for (const client of this.clients) {
      if (client.machine !== machine && this.server.machine !== machine) continue;
      client.links?.[0].cut(
        () => this.#random.chance(0.5),
        () => this.#random.below(500_000),
      );
    }
  }

  #requireBrake(at: number, operations: readonly Operation[]): void {
    const client = this.clients[at] as SimulatedClient;
    const wrong = client.isConfirmed ? undefined : unbraked(operations, client.machine.disk, this.server.machine.disk);
    if (wrong) this.report(new Violation(`${client.machine.name} deletes without asking: ${wrong}.`));
  }

  #remember(cursor: Cursor, done: readonly Operation[]): void {
    this.#puts.add(done);
    if (this.#whenAnswered) this.scheduler.after(0, 'a commit was answered', this.#whenAnswered, null);
    this.#whenAnswered = null;
    if (this.#answered?.epoch !== cursor.epoch || this.#answered.rev < cursor.rev) this.#answered = cursor;
  }

  #serverIsReady({ epoch, rev }: Cursor): void {
    const before = this.#answered;
    if (before && (before.epoch !== epoch || before.rev > rev))
      this.report(new Violation(`The server answered with revision ${before.rev} and has ${rev} after its start.`));
  }

  #forbids(machine: string, path: string): string | undefined {
    if (/(^|\/)\.git(\/|$)/.test(path)) return 'it belongs to git';
    const isEdited = this.#plan.steps.some(({ step }) => step.do === 'ignore' || step.do === 'vanish');
    if (machine !== 'server' && this.#plan.rules && !isEdited && path.endsWith('.ign')) return 'it is ignored';
    const mode = this.clients.find((client) => client.machine.name === machine)?.mode;
    if (mode === 'push' || mode === 'mirror') return `the mode is ${mode}`;
    if (machine === 'server' && this.#plan.modes.every((each) => each === 'pull')) return 'all clients pull';
    return undefined;
  }
}

const isEven = ({ modes, steps }: HistoryPlan): boolean =>
  modes.every((mode) => mode === 'two-way') && !steps.some(({ step }) => step.do === 'resolve');

const isLarge = ({ step }: TimedStep): boolean => step.do === 'write' && step.large === true;

/** A full disk shows at the beginning and at the end of a transaction. */
function enterDatabase(machine: Machine, sql: string): void {
  try {
    machine.enter('database', sql.slice(0, 6).trim());
  } catch (error) {
    if (machine.program?.alive !== true) throw error;
    throw Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 });
  }
}
