import type { Disposable } from './serverClient.ts';

/** Time as a port, so that tests own it. */
export interface Clock {
  /** Milliseconds since 1970, as the machine takes it: may jump, either way. For telling people when something was. */
  now(): number;
  /** Milliseconds from some moment on, which never jump. For how long ago something was. */
  uptime(): number;
  /** Calls back once, after `ms` milliseconds, unless disposed before. */
  after(ms: number, callback: () => void): Disposable;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  uptime: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return { dispose: () => clearTimeout(timer) };
  },
};
