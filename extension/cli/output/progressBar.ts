import { SingleBar } from 'cli-progress';
import { formatBytes, formatDuration } from './format.ts';
import type { Output } from './output.ts';

/** Work that is done sooner shows no bar, milliseconds. */
const SHOWN_AFTER_MS = 1000;

const BAR_WIDTH = 24;

/** How much of a transfer is done: bytes, rate and time left, for a person at a terminal; elsewhere it stays silent. */
export interface Progress {
  /** What is going on from now on, and how much of it there is; rate and time left are counted from here. */
  begin(what: string, total?: number): void;
  total(bytes: number): void;
  add(bytes: number): void;
  set(bytes: number): void;
  /** Takes the bar off the screen. */
  stop(): void;
}

export function progressBar(out: Output, what: string): Progress {
  if (!out.interactive) return { begin() {}, total() {}, add() {}, set() {}, stop() {} };
  let label = what;
  let begun = performance.now();
  let total = 0;
  let done = 0;
  let isShown = false;
  const bar = new SingleBar({
    stream: out.stderr as NodeJS.WritableStream,
    clearOnComplete: true,
    hideCursor: true,
    fps: 5,
    format: () => line(label, done, total, performance.now() - begun),
  });
  const timer = setTimeout(() => {
    isShown = true;
    bar.start(total, done);
  }, SHOWN_AFTER_MS);
  timer.unref();
  const refresh = (): void => {
    if (!isShown) return;
    bar.setTotal(total);
    bar.update(done);
  };
  return {
    begin(next, bytes = 0) {
      if (next === label && bytes === total) return;
      label = next;
      begun = performance.now();
      total = bytes;
      done = 0;
      refresh();
    },
    total(bytes) {
      total = bytes;
      refresh();
    },
    add(bytes) {
      done += bytes;
      refresh();
    },
    set(bytes) {
      done = bytes;
      refresh();
    },
    stop() {
      clearTimeout(timer);
      if (isShown) bar.stop();
      isShown = false;
    },
  };
}

/** `Uploading ████░░░░ 42 %  12.3 MB of 29.1 MB  4.10 MB/s  4.2 s left`; pure. */
export function line(what: string, done: number, total: number, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0;
  const speed = `${formatBytes(rate)}/s`;
  if (total <= 0) return done > 0 ? `${what}  ${formatBytes(done)}  ${speed}` : `${what}…`;
  const share = Math.min(1, done / total);
  const filled = Math.round(share * BAR_WIDTH);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
  const left = rate > 0 ? `  ${formatDuration(((total - Math.min(done, total)) / rate) * 1000)} left` : '';
  return `${what} ${bar} ${Math.floor(share * 100)} %  ${formatBytes(done)} of ${formatBytes(total)}  ${speed}${left}`;
}
