/** Does something once for whatever happens together: so long after the first time that it was asked for, milliseconds. */
export class Soon {
  readonly #afterMs: number;
  readonly #work: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(afterMs: number, work: () => void) {
    this.#afterMs = afterMs;
    this.#work = work;
  }

  ask(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#work();
    }, this.#afterMs);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
