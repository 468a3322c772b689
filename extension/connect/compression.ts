/** A transfer of fewer bytes is not worth a question. */
const BULK = 256 * 1024;
/** A machine that was too busy to answer at once is asked again, so many times in all. */
const MOST_TRIES = 8;

/** Whether transfers of one connection are compressed: the server understands it, and it is not on this very machine. */
export class Compression {
  readonly #near: (() => Promise<boolean>) | undefined;
  #isWorthIt: boolean;
  #isNear: boolean | undefined;
  #finding: Promise<void> | undefined;
  #tries = 0;

  constructor(isUnderstood: boolean, near?: () => Promise<boolean>) {
    this.#isWorthIt = isUnderstood;
    this.#near = isUnderstood ? near : undefined;
    this.#isNear = this.#near ? undefined : false;
  }

  /** As far as is known. */
  get isWorthIt(): boolean {
    return this.#isWorthIt;
  }

  /** Undefined until it was asked. One that is somewhere else is never taken for near, the other way round it may be. */
  get isNear(): boolean | undefined {
    return this.#isNear;
  }

  /** Finds out, before the first transfer that is large enough for it to matter; tries again beside those that follow. */
  async prepare(bytes: number): Promise<void> {
    if (!this.#near || this.#isNear || bytes < BULK) return;
    if (!this.#finding && this.#tries < MOST_TRIES) {
      this.#tries++;
      this.#finding = this.#find(this.#near).finally(() => (this.#finding = undefined));
    }
    if (this.#tries === 1) await this.#finding;
  }

  async #find(near: () => Promise<boolean>): Promise<void> {
    // a connection that ends meanwhile will tell those who use it
    this.#isNear = await near().catch(() => false);
    if (this.#isNear) this.#isWorthIt = false;
  }
}
