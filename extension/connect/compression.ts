/** A transfer of fewer bytes is not worth a question. */
const BULK = 256 * 1024;

/** Whether transfers of one connection are compressed: the server understands it, and it is not on this very machine. */
export class Compression {
  readonly #near: (() => Promise<boolean>) | undefined;
  #isWorthIt: boolean;
  #isNear = false;
  #found: Promise<void> | undefined;

  constructor(isUnderstood: boolean, near?: () => Promise<boolean>) {
    this.#isWorthIt = isUnderstood;
    this.#near = isUnderstood ? near : undefined;
  }

  /** As far as is known. */
  get isWorthIt(): boolean {
    return this.#isWorthIt;
  }

  /** As far as is known: one that is somewhere else is never taken for near, the other way round it may be. */
  get isNear(): boolean {
    return this.#isNear;
  }

  /** Finds out, before the first transfer that is large enough for it to matter. */
  async prepare(bytes: number): Promise<void> {
    if (!this.#near || bytes < BULK) return;
    this.#found ??= this.#find(this.#near);
    await this.#found;
  }

  async #find(near: () => Promise<boolean>): Promise<void> {
    // a connection that ends meanwhile will tell those who use it
    this.#isNear = await near().catch(() => false);
    if (this.#isNear) this.#isWorthIt = false;
  }
}
