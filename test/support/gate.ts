/** A promise that a test resolves, with the number of those who have come to it. */
export class Gate {
  readonly #passed: Promise<void>;
  #arrived = 0;
  #open!: () => void;
  readonly #waiting: { count: number; resolve: () => void }[] = [];

  constructor() {
    this.#passed = new Promise((resolve) => (this.#open = resolve));
  }

  /** For the code under test: waits until the test opens. */
  pass(): Promise<void> {
    this.#arrived++;
    for (const waiting of this.#waiting) if (this.#arrived >= waiting.count) waiting.resolve();
    return this.#passed;
  }

  open(): void {
    this.#open();
  }

  /** For the test: resolves when so many have come. */
  async arrived(count = 1): Promise<void> {
    if (this.#arrived < count) await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }));
  }
}
