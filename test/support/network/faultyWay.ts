import type { Socket } from 'node:net';
import { WebSocketFrames } from './webSocketFrames.ts';

/** What a network does to what passes; a test changes it while it runs. */
export interface Conditions {
  /** Each way, milliseconds. */
  delayMs: number;
  /** Each way; Infinity: as fast as it goes. */
  bytesPerSecond: number;
  /** Takes everything and lets only WebSocket's own pings and pongs through, beginning with the next frame. */
  blackHole: boolean;
  /** Takes everything and lets nothing through. */
  deaf: boolean;
  /** Lets nothing through for now; what fits is kept. */
  held: boolean;
}

export const CALM: Readonly<Conditions> = {
  delayMs: 0,
  bytesPerSecond: Infinity,
  blackHole: false,
  deaf: false,
  held: false,
};

/** A direction of a connection keeps no more than this, bytes, plus what travels during the delay at most. */
const MOST_KEPT = 256 * 1024;
const MOST_DELAYED = 16 * 1024 * 1024;
const SLICE_MS = 10;

/** One direction of one connection, from a socket to another. */
export class FaultyWay {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #conditions: () => Conditions;
  readonly #carried: (bytes: number) => void;
  readonly #frames = new WebSocketFrames();
  readonly #queue: { readonly bytes: Buffer; readonly due: number }[] = [];
  #kept = 0;
  #isDropping = false;
  #isOver = false;
  #wake: () => void = () => {};

  /** `carried` is told of each byte that the sender has put on the wire. */
  constructor(from: Socket, to: Socket, conditions: () => Conditions, carried: (bytes: number) => void) {
    this.#from = from;
    this.#to = to;
    this.#conditions = conditions;
    this.#carried = carried;
    from.on('data', (chunk: Buffer) => this.#take(chunk));
    void this.#run();
  }

  /** To be called when the conditions have changed. */
  wake(): void {
    this.#wake();
  }

  end(): void {
    this.#isOver = true;
    this.#queue.length = 0;
    this.#wake();
  }

  #take(chunk: Buffer): void {
    this.#carried(chunk.length);
    const { blackHole, deaf, delayMs } = this.#conditions();
    const due = performance.now() + delayMs;
    for (const { bytes, isControl, isStart } of this.#frames.push(chunk)) {
      if (isStart) this.#isDropping = blackHole && !isControl;
      if (deaf || this.#isDropping) continue;
      this.#queue.push({ bytes, due });
      this.#kept += bytes.length;
    }
    if (this.#kept > (delayMs > 0 ? MOST_DELAYED : MOST_KEPT)) this.#from.pause();
    this.#wake();
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      const next = this.#queue[0];
      const { held, bytesPerSecond, deaf } = this.#conditions();
      if (!next || held) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      const early = next.due - performance.now();
      if (early > 0) {
        await pause(early);
        continue;
      }
      this.#queue.shift();
      if (!deaf) await this.#write(next.bytes, bytesPerSecond);
      this.#kept -= next.bytes.length;
      if (this.#kept <= MOST_KEPT / 2) this.#from.resume();
    }
  }

  async #write(bytes: Buffer, bytesPerSecond: number): Promise<void> {
    if (bytesPerSecond === Infinity) return this.#put(bytes);
    const slice = Math.max(1, Math.floor((bytesPerSecond * SLICE_MS) / 1000));
    for (let at = 0; at < bytes.length && !this.#isOver; at += slice) {
      const begun = performance.now();
      const piece = bytes.subarray(at, at + slice);
      await this.#put(piece);
      const due = (piece.length / bytesPerSecond) * 1000;
      this.#debtMs += due - (performance.now() - begun);
      if (this.#debtMs < SLICE_MS) continue;
      const asked = performance.now();
      await pause(this.#debtMs);
      this.#debtMs -= performance.now() - asked;
    }
  }

  /** How far ahead of its rate this way is; a timer that comes late is made up for. */
  #debtMs = 0;

  async #put(bytes: Buffer): Promise<void> {
    if (this.#isOver || this.#to.destroyed || this.#to.write(bytes)) return;
    await new Promise<void>((resolve) => {
      this.#to.once('drain', resolve).once('close', resolve);
      this.#wake = resolve;
    });
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
