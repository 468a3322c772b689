/** Does something over and over, with a pause between two turns, until it is told to rest or a turn fails. */
export class Loop {
  readonly #turn: () => Promise<void>;
  readonly #pauseMs: number;
  #running: Promise<void> = Promise.resolve();
  #resting = true;
  #wake: () => void = () => {};
  /** What the last turn failed with; then nothing more is done. */
  failure: unknown;

  constructor(turn: () => Promise<void>, pauseMs: number) {
    this.#turn = turn;
    this.#pauseMs = pauseMs;
  }

  go(): void {
    if (!this.#resting) return;
    this.#resting = false;
    this.failure = undefined;
    this.#running = this.#run();
  }

  /** Resolves when the turn under way is over. */
  async rest(): Promise<void> {
    this.#resting = true;
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#resting) {
      try {
        await this.#turn();
      } catch (error) {
        this.failure = error;
        return;
      }
      await this.#pause();
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#pauseMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
