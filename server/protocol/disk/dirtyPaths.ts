/** So many events without a turn of the event loop mean that the kernel's queue (16,384 by default) may have overflowed. */
const MAX_BURST = 4096;
/** Beyond this, naming paths is of no use any more. */
const MAX_PATHS = 20_000;

/** No more than these, and only written to: nothing that is paired with something else, so a short pause will do. */
const FEW_PATHS = 4;
/** Of the pause: editors empty a file before they write to it, and some write it bit by bit. */
const SHORT = 0.2;

/**
 * Collects dirty paths and reports them together: after a pause, or after ten times that while events keep coming. A few files
 * that were written to in place are a save, and are reported after a fifth of the pause.
 */
export class DirtyPaths {
  readonly #report: (paths: ReadonlySet<string> | 'everything') => void;
  readonly #pauseMs: number;
  #paths = new Set<string>();
  #everything = false;
  #onlyWrites = true;
  #firstAt = 0;
  #timer: NodeJS.Timeout | null = null;
  #burst = 0;
  #burstEnd: NodeJS.Immediate | null = null;
  #closed = false;

  constructor(report: (paths: ReadonlySet<string> | 'everything') => void, pauseMs: number) {
    this.#report = report;
    this.#pauseMs = pauseMs;
  }

  /** One event of the system about a path; `isWrite`: about what it holds, not about its name. */
  add(path: string, isWrite = false): void {
    if (this.#closed) return;
    if (!isWrite) this.#onlyWrites = false;
    this.#countBurst();
    if (!this.#everything) this.#paths.add(path);
    if (this.#paths.size > MAX_PATHS || this.#burst > MAX_BURST) this.#setEverything();
    this.#schedule();
  }

  /** One event that needs no look; enough of them may have made the kernel drop others. */
  pass(): void {
    if (this.#closed) return;
    this.#countBurst();
    if (this.#burst > MAX_BURST) this.addEverything();
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
    const isSave = this.#onlyWrites && !this.#everything && this.#paths.size <= FEW_PATHS;
    this.#timer = setTimeout(() => this.#flush(), this.#pauseMs * (isSave ? SHORT : 1));
    this.#timer.unref();
  }

  #flush(): void {
    const report = this.#everything ? ('everything' as const) : this.#paths;
    this.#timer = null;
    this.#everything = false;
    this.#onlyWrites = true;
    this.#paths = new Set();
    this.#report(report);
  }
}
