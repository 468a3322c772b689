import { turnOfTheLoop } from './patchNode.ts';
import type { Random } from './random.ts';
import type { Trace } from './trace.ts';

/**
 * A program that runs, from its start to its end or its crash. Whatever it has asked for and did not get by then it never
 * gets, so that nothing of it goes on behind the back of its successor.
 */
export interface Program {
  readonly name: string;
  alive: boolean;
}

/** Something that is going to happen. */
export interface Scheduled {
  cancel(): void;
}

interface Event extends Scheduled {
  readonly at: number;
  readonly order: number;
  readonly program: Program | null;
  readonly what: string;
  run: (() => void) | null;
}

/**
 * The only source of order in a simulation: everything that happens later is an event here, and happens alone, with all the
 * promises that it settles, before the next. Time passes from event to event, and by what synchronous work costs.
 */
export class Scheduler {
  readonly random: Random;
  readonly trace: Trace;
  /** Whose event is running; what it asks for belongs to it. */
  current: Program | null = null;
  #now = 0;
  #order = 0;
  #queue: Event[] = [];

  constructor(random: Random, trace: Trace) {
    this.random = random;
    this.trace = trace;
  }

  /** Microseconds since the beginning; never goes back. */
  get now(): number {
    return this.#now;
  }

  /** Synchronous work takes time. */
  spend(microseconds: number): void {
    this.#now += microseconds;
  }

  /** `program`: who it happens to; null: the world outside. */
  after(microseconds: number, what: string, run: () => void, program = this.current): Scheduled {
    const event: Event = {
      at: this.#now + Math.max(0, Math.round(microseconds)),
      order: this.#order++,
      program,
      what,
      run,
      cancel: () => (event.run = null),
    };
    push(this.#queue, event);
    return event;
  }

  /** Runs the next event; false when there is none before `until`. */
  async step(until: number): Promise<boolean> {
    for (;;) {
      const next = this.#queue[0];
      if (!next || next.at > until) {
        this.#now = Math.max(this.#now, until);
        return false;
      }
      pop(this.#queue);
      const { run } = next;
      if (!run || next.program?.alive === false) continue;
      this.#now = Math.max(this.#now, next.at);
      this.current = next.program;
      this.trace.add(`${this.#now} ${next.program?.name ?? 'world'} ${next.what}`);
      run();
      // settles every promise that can be settled without another event
      await turnOfTheLoop();
      this.current = null;
      return true;
    }
  }
}

const isBefore = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** A binary heap, the earliest first. */
function push(heap: Event[], event: Event): void {
  let at = heap.length;
  heap.push(event);
  while (at > 0) {
    const above = (at - 1) >> 1;
    if (isBefore(heap[above] as Event, event)) break;
    heap[at] = heap[above] as Event;
    at = above;
  }
  heap[at] = event;
}

function pop(heap: Event[]): void {
  const last = heap.pop() as Event;
  if (heap.length === 0) return;
  let at = 0;
  for (;;) {
    let below = at * 2 + 1;
    if (below >= heap.length) break;
    if (below + 1 < heap.length && isBefore(heap[below + 1] as Event, heap[below] as Event)) below++;
    if (isBefore(last, heap[below] as Event)) break;
    heap[at] = heap[below] as Event;
    at = below;
  }
  heap[at] = last;
}
