import type { Surroundings } from './patchNode.ts';
import type { Scheduled, Scheduler } from './scheduler.ts';

/** Timers of programs as events. They look like node's: keeping a process alive means nothing here. */
export function timersOf(scheduler: Scheduler): Surroundings['timers'] {
  return {
    after: (ms, callback) => new Timer(scheduler.after(Math.max(1, ms) * 1000, 'timer', callback)),
    every(ms, callback) {
      const { current } = scheduler;
      const timer = new Timer(scheduler.after(ms * 1000, 'interval', tick));
      function tick(): void {
        timer.event = scheduler.after(ms * 1000, 'interval', tick, current);
        callback();
      }
      return timer;
    },
    soon: (callback) => new Timer(scheduler.after(1 + scheduler.random.below(20), 'soon', callback)),
    cancel: (timer) => (timer as Timer).event.cancel(),
  };
}

class Timer {
  readonly isSimulated = true;
  event: Scheduled;

  constructor(event: Scheduled) {
    this.event = event;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  [Symbol.dispose](): void {
    this.event.cancel();
  }
}
