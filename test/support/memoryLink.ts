import { LINK_HIGH_WATER } from '../../server/protocol/limits.ts';
import { LOST } from '../../server/protocol/link/closeReason.ts';
import { DrainQueue } from '../../server/protocol/link/drainQueue.ts';
import type { Link, LinkClose, LinkReceiver } from '../../server/protocol/link/link.ts';

type Delivery = { text: string } | { binary: Uint8Array } | { closed: LinkClose };

/** Two links that are each other's far end. Frames arrive in order, each in a later turn of the event loop. */
export function memoryLinks(): [MemoryLink, MemoryLink] {
  const left = new MemoryLink();
  const right = new MemoryLink();
  left.far = right;
  right.far = left;
  return [left, right];
}

/** In-memory double of a `Link`, with the means to hold its frames back and to cut it. */
export class MemoryLink implements Link {
  far!: MemoryLink;
  /** Everything that was sent from here, for tests that look at the wire. */
  readonly sent: (string | Uint8Array)[] = [];
  readonly #queue: Delivery[] = [];
  readonly #drain = new DrainQueue(() => this.bufferedBytes);
  #receiver: LinkReceiver | undefined;
  #scheduled = false;
  #held = false;
  #ended = false;
  bufferedBytes = 0;
  sentBytes = 0;
  receivedBytes = 0;

  sendText(text: string): void {
    this.#send({ text: text }, text);
  }

  sendBinary(frame: Uint8Array, released?: () => void): void {
    this.#send({ binary: Uint8Array.from(frame) }, frame);
    released?.();
  }

  drained(): Promise<void> {
    return this.#drain.wait();
  }

  listen(receiver: LinkReceiver): void {
    this.#receiver = receiver;
    this.far.#schedule();
  }

  close(reason: LinkClose): void {
    if (this.#ended) return;
    this.#queue.push({ closed: reason });
    this.#schedule();
    this.#end(reason);
  }

  /** Nothing that is sent from here arrives until `release`. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.#schedule();
  }

  /** The cable is pulled: what is under way is lost and both ends hear of it. */
  cut(): void {
    for (const link of [this, this.far]) {
      link.#queue.length = 0;
      link.#end(LOST);
    }
  }

  #send(delivery: Delivery, data: string | Uint8Array): void {
    if (this.#ended) return;
    this.sent.push(typeof data === 'string' ? data : Uint8Array.from(data));
    this.bufferedBytes += Buffer.byteLength(data);
    this.sentBytes += Buffer.byteLength(data);
    this.#queue.push(delivery);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#held || this.#queue.length === 0 || !this.far.#receiver) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#held) return;
      const delivery = this.#queue.shift();
      if (delivery) this.far.#deliver(delivery, this);
      this.#schedule();
    });
  }

  #deliver(delivery: Delivery, from: MemoryLink): void {
    if ('closed' in delivery) return this.#end(delivery.closed);
    const data = 'text' in delivery ? delivery.text : delivery.binary;
    from.bufferedBytes -= Buffer.byteLength(data);
    this.receivedBytes += Buffer.byteLength(data);
    from.#drain.written();
    if (this.#ended) return;
    if ('text' in delivery) this.#receiver?.text(delivery.text);
    else this.#receiver?.binary(delivery.binary);
  }

  #end(reason: LinkClose): void {
    if (this.#ended) return;
    this.#ended = true;
    this.bufferedBytes = 0;
    this.#drain.end();
    setImmediate(() => this.#receiver?.closed(reason));
  }
}

/** For tests that fill a link. */
export const MORE_THAN_HIGH_WATER = LINK_HIGH_WATER + 1;
