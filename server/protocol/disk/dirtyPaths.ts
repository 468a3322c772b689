/** So many events without a turn of the event loop mean that the kernel's queue (16,384 by default) may have overflowed. */
const MAX_BURST = 4096;
/** Beyond this, naming paths is of no use any more. */
const MAX_PATHS = 20_000;

/** Collects dirty paths and reports them together: after a pause, or after ten times that while events keep coming. */
export class DirtyPaths {
  readonly #report: (paths: ReadonlySet<string> | 'everything') => void;
  readonly #pauseMs: number;
  #paths = new Set<string>();
  #everything = false;
  #firstAt = 0;
  #timer: NodeJS.Timeout | null = null;
  #burst = 0;
  #burstEnd: NodeJS.Immediate | null = null;
  #closed = false;

  constructor(report: (paths: ReadonlySet<string> | 'everything') => void, pauseMs: number) {
    this.#report = report;
    this.#pauseMs = pauseMs;
  }

  /** One event of the system about a path. */
  add(path: string): void {
    if (this.#closed) return;
    this.#countBurst();
    if (!this.#everything) this.#paths.add(path);
    if (this.#paths.size > MAX_PATHS || this.#burst > MAX_BURST) this.#setEverything();
    this.#schedule();
  }

  addEverything(): void {
    if (this.#closed) return;
    this.#setEverything();
    this.#schedule();
  }

  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#burstEnd) clearImmediate(this.#burstEnd);
    this.#timer = this.#burstEnd = null;
  }

  #setEverything(): void {
    this.#everything = true;
    this.#paths.clear();
  }

  #countBurst(): void {
    this.#burst++;
    this.#burstEnd ??= setImmediate(() => {
      this.#burst = 0;
      this.#burstEnd = null;
    });
    this.#burstEnd.unref();
  }

  #schedule(): void {
    const now = performance.now();
    if (this.#timer === null) this.#firstAt = now;
    else if (now - this.#firstAt >= this.#pauseMs * 9) return;
    else clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#flush(), this.#pauseMs);
    this.#timer.unref();
  }

  #flush(): void {
    const report = this.#everything ? ('everything' as const) : this.#paths;
    this.#timer = null;
    this.#everything = false;
    this.#paths = new Set();
    this.#report(report);
  }
}
