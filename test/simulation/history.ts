import { Violation } from './violation.ts';
import type * as parts from './simulatedParts.ts';
import { turnOfTheLoop, within } from './patchNode.ts';
import type { VirtualDisk } from './disk/virtualDisk.ts';
import type { HistoryPlan } from './plan.ts';
import type { SimulatedClient } from './simulatedClient.ts';
import { describeStep } from './step.ts';
import { Trace } from './trace.ts';
import type { World } from './world.ts';

export interface HistoryResult {
  /** Messages of the promises that were broken, the first first. */
  readonly violations: readonly string[];
  readonly fingerprint: string;
  /** Null unless asked for. */
  readonly lines: readonly string[] | null;
}

const SECOND_US = 1_000_000;
/** Looks of monitors, scans of the server, failures that are tried again each minute: by then all must agree. */
const MOST_REST_US = 150 * SECOND_US;
/** Nothing may change any more after everything agreed for so long … */
const STEADY_US = 25 * SECOND_US;
/** … or for so long if something could not be done and is going to be tried again. */
const RETRIED_US = 80 * SECOND_US;
/** More events than that mean that something goes round in circles. */
const MOST_EVENTS = 400_000;

/** Lets a history take its course, and then come to rest. The same plan gives the same result, to the letter. */
export async function runHistory(plan: HistoryPlan, keepsLines = false): Promise<HistoryResult> {
  const trace = new Trace(keepsLines);
  // what is simulated around must be loaded after what surrounds it
  const { World, performStep, differences } = await import('./simulatedParts.ts');
  const world = new World(plan, trace);
  const course = new Course(world, { performStep, differences });
  const heard = (error: unknown): void => world.report(new Violation(`Nobody heard of: ${String(error)}`));
  process.on('unhandledRejection', heard);
  try {
    await within(world.surroundings(), async () => {
      await course.run(plan);
      world.stop();
    });
  } finally {
    world.stop();
    await turnOfTheLoop();
    process.off('unhandledRejection', heard);
  }
  return {
    violations: world.violations.map(({ message }) => message),
    fingerprint: trace.fingerprint,
    lines: trace.lines,
  };
}

class Course {
  readonly #world: World;
  readonly #parts: Pick<typeof parts, 'performStep' | 'differences'>;
  #events = 0;

  constructor(world: World, used: Pick<typeof parts, 'performStep' | 'differences'>) {
    this.#world = world;
    this.#parts = used;
  }

  async run({ steps }: HistoryPlan): Promise<void> {
    const { scheduler, trace } = this.#world;
    this.#world.start();
    for (const timed of steps) {
      await this.#until(scheduler.now + timed.afterMs * 1000);
      trace.add(`STEP ${describeStep(timed)}`);
      scheduler.current = null;
      this.#parts.performStep(this.#world, timed.step);
    }
    this.#world.heal();
    trace.add('HEALED');
    await this.#comeToRest('at rest');
    if (this.#isOver) return;
    await this.#again();
    if (!this.#isOver) await this.#comeToRest('after another run');
    if (!this.#isOver) this.#world.contents.check('at rest', true);
  }

  get #isOver(): boolean {
    return this.#world.violations.length > 0;
  }

  async #until(time: number): Promise<void> {
    while (!this.#isOver && (await this.#world.scheduler.step(time)))
      if (++this.#events > MOST_EVENTS)
        this.#world.report(new Violation(`It never came to rest: ${MOST_EVENTS} events.`));
  }

  /** Left alone, with everything in order, all sides come to agree. */
  async #comeToRest(when: string): Promise<void> {
    const { scheduler, clients } = this.#world;
    const [begun, end] = [scheduler.now, scheduler.now + MOST_REST_US];
    await this.#until(scheduler.now + STEADY_US);
    while (!this.#isOver) {
      this.#confirmBrakes();
      const differing = this.#differences();
      const isSteady =
        scheduler.now - begun >= RETRIED_US || clients.every(({ target }) => target?.problems().length === 0);
      if (differing.length === 0 && isSteady) return;
      if (scheduler.now >= end) return this.#world.report(new Violation(`${when}: ${differing.join('; ')}`));
      await this.#until(scheduler.now + 5 * SECOND_US);
    }
  }

  #differences(): string[] {
    const { clients, server } = this.#world;
    const states = clients.flatMap(({ machine, target }) => {
      const kind = target?.state.kind;
      return kind === undefined || BUSY.has(kind) ? [`${machine.name} is ${kind ?? 'down'}`] : [];
    });
    return [...states, ...clients.flatMap((client) => this.#asProgram(client, server.machine.disk))];
  }

  /** The client's program is asked what it ignores, and may have to read for that. */
  #asProgram(client: SimulatedClient, share: VirtualDisk): string[] {
    const { scheduler } = this.#world;
    scheduler.current = client.machine.program;
    try {
      return this.#parts.differences(client, share);
    } finally {
      scheduler.current = null;
    }
  }

  /** A brake waits for a person: here is one. */
  #confirmBrakes(): void {
    for (const client of this.#world.clients) {
      const { target, machine } = client;
      if (target?.state.kind !== 'stopped') continue;
      client.isConfirmed = true;
      const confirm = (): void => void target.syncOnce({ confirmed: true }).catch(() => {});
      this.#world.scheduler.after(0, 'a person confirms', confirm, machine.program);
    }
  }

  /** Where nothing changed there is nothing to do. */
  async #again(): Promise<void> {
    const { clients, scheduler } = this.#world;
    for (const { target, machine } of clients) {
      let outcome: string | undefined;
      const told = (text: string): void => void (outcome = text);
      const run = (): void =>
        void target?.syncOnce().then(
          ({ summary: { uploaded, downloaded, deletedLocal, deletedRemote, renamed } }) =>
            told([uploaded, downloaded, deletedLocal, deletedRemote, renamed].join()),
          (error: unknown) => told(String(error)),
        );
      scheduler.after(0, 'syncs once more', run, machine.program);
      await this.#until(scheduler.now + 5 * SECOND_US);
      if (outcome !== '0,0,0,0,0' && !this.#isOver)
        this.#world.report(
          new Violation(`${machine.name}: a second run was not without effect: ${outcome ?? 'it hangs'}`),
        );
    }
  }
}

const BUSY: ReadonlySet<string> = new Set(['syncing', 'offline', 'failed', 'stopped', 'paused']);
