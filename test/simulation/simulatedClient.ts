import { sayHello } from '../../extension/connect/connect.ts';
import { Connection } from '../../extension/connect/connection.ts';
import type { Clock } from '../../extension/connect/clock.ts';
import type { Mode } from '../../extension/sync/reconcile/mode.ts';
import { TargetSync } from '../../extension/sync/syncTarget.ts';
import { SynclineError } from '../../server/protocol/errors.ts';
import { MOUNT } from './disk/diskCalls.ts';
import type { Machine } from './machine.ts';
import type { Program } from './scheduler.ts';
import type { SimulatedServer } from './simulatedServer.ts';
import { simulatedLinks, type SimulatedLink, type Wire } from './simulatedLink.ts';

const START_AGAIN_US = 1_000_000;

export interface ClientOptions {
  readonly machine: Machine;
  readonly mode: Mode;
  readonly server: SimulatedServer;
  readonly wire: Wire;
}

/** The real engine in continuous sync, started again whenever it is down. */
export class SimulatedClient {
  readonly machine: Machine;
  readonly mode: Mode;
  readonly wire: Wire;
  /** A person has said that large deletions are meant. */
  isConfirmed = false;
  readonly #server: SimulatedServer;
  #starts = 0;
  #target: TargetSync | null = null;
  #connection: Connection | null = null;
  #links: [SimulatedLink, SimulatedLink] | null = null;

  constructor({ machine, mode, server, wire }: ClientOptions) {
    this.machine = machine;
    this.mode = mode;
    this.wire = wire;
    this.#server = server;
  }

  get root(): string {
    return `${MOUNT}/${this.machine.name}/root`;
  }

  /** Null while it is down. */
  get target(): TargetSync | null {
    return this.machine.program?.alive === true ? this.#target : null;
  }

  get connection(): Connection | null {
    return this.machine.program?.alive === true ? this.#connection : null;
  }

  /** The connection of the moment. */
  get links(): readonly [SimulatedLink, SimulatedLink] | null {
    return this.#links?.[0].isOpen === true ? this.#links : null;
  }

  start(): void {
    const { scheduler, name } = this.machine;
    const program: Program = { name: `${name}#${++this.#starts}`, alive: true };
    this.machine.program = program;
    this.#target = null;
    scheduler.after(0, 'starts', () => this.#open(program), program);
  }

  #open(program: Program): void {
    const { machine } = this;
    const { scheduler } = machine;
    const clock: Clock = {
      now: () => machine.wallClock(),
      uptime: () => scheduler.now / 1000,
      after(ms, callback) {
        const event = scheduler.after(ms * 1000, 'timer', callback, program);
        return { dispose: () => event.cancel() };
      },
    };
    const log = (event: string, data: object): void =>
      scheduler.trace.add(`  ${program.name} says: ${event} ${JSON.stringify(data)}`);
    const random = (): number => scheduler.random.fraction();
    const connection = new Connection({
      connect: () => this.#connect(program),
      share: 'files',
      keepTrying: true,
      clock,
      random,
    });
    this.#connection = connection;
    this.#begin(connection, clock, log).catch((error: unknown) => {
      log('cannotStart', { error: String(error) });
      scheduler.after(START_AGAIN_US, 'tries to start again', () => this.#open(program), program);
    });
  }

  async #begin(connection: Connection, clock: Clock, log: (event: string, data: object) => void): Promise<void> {
    const { root, mode } = this;
    const stateDirectory = `${MOUNT}/${this.machine.name}/state`;
    const target = await TargetSync.open({
      root,
      share: 'files',
      mode,
      stateDirectory,
      provider: connection,
      clock,
      log,
    });
    try {
      await target.start();
      this.#target = target;
    } catch (error) {
      await target.close();
      throw error;
    }
  }

  async #connect(program: Program): ReturnType<typeof sayHello> {
    const { scheduler } = this.machine;
    await new Promise<void>((resolve) => scheduler.after(this.wire.travel(), 'reaches out', resolve, program));
    const server = this.#server;
    const other = server.machine.program;
    if (!server.isReady || !other || this.wire.heldUntil > scheduler.now) throw new SynclineError('ConnectionFailed');
    const links = simulatedLinks(scheduler, this.wire, program, other);
    this.#links = links;
    scheduler.after(this.wire.travel(), 'accepts a connection', () => server.serve(links[1]), other);
    return sayHello(links[0], { token: '', clientName: program.name, clientVersion: '1.0.0' });
  }
}
