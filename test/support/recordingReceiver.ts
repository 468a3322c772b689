import { type LinkClose, type LinkReceiver } from '../../server/protocol/link/link.ts';

/** Writes down what a link delivers, and lets a test wait for it. */
export class RecordingReceiver implements LinkReceiver {
  readonly received: (string | Buffer)[] = [];
  readonly end: Promise<LinkClose>;
  ends = 0;
  #resolveEnd!: (reason: LinkClose) => void;
  readonly #waiting: { count: number; resolve: () => void }[] = [];

  constructor() {
    this.end = new Promise((resolve) => (this.#resolveEnd = resolve));
  }

  text(text: string): void {
    this.#add(text);
  }

  binary(frame: Uint8Array): void {
    this.#add(Buffer.from(frame));
  }

  closed(reason: LinkClose): void {
    this.ends++;
    this.#resolveEnd(reason);
  }

  /** Resolves when so many frames have come. */
  async frames(count: number): Promise<readonly (string | Buffer)[]> {
    if (this.received.length < count) {
      await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }));
    }
    return this.received.slice(0, count);
  }

  #add(frame: string | Buffer): void {
    this.received.push(frame);
    for (const waiting of this.#waiting) if (this.received.length >= waiting.count) waiting.resolve();
  }
}
