import { LOST } from '../../server/protocol/link/closeReason.ts';
import { DrainQueue } from '../../server/protocol/link/drainQueue.ts';
import type { Link, LinkClose, LinkReceiver } from '../../server/protocol/link/link.ts';
import type { Program, Scheduled, Scheduler } from './scheduler.ts';

/** How a connection behaves; may be changed while it lives. */
export interface Wire {
  /** Microseconds that a frame travels. */
  travel(): number;
  /** Frames wait until then. Microseconds since the beginning. */
  heldUntil: number;
  /** Sees every text that is sent. Gives another one to be sent behind it. */
  onText(from: Program, text: string): string | undefined;
}

/** Two ends of a connection between two programs. */
export function simulatedLinks(
  scheduler: Scheduler,
  wire: Wire,
  near: Program,
  far: Program,
): [SimulatedLink, SimulatedLink] {
  const left = new SimulatedLink(scheduler, wire, near);
  const right = new SimulatedLink(scheduler, wire, far);
  left.far = right;
  right.far = left;
  return [left, right];
}

/** Frames arrive in order, each as an event of its own, unless the connection is cut. */
export class SimulatedLink implements Link {
  far!: SimulatedLink;
  readonly program: Program;
  bufferedBytes = 0;
  sentBytes = 0;
  receivedBytes = 0;
  readonly #scheduler: Scheduler;
  readonly #wire: Wire;
  readonly #drain = new DrainQueue(() => this.bufferedBytes);
  readonly #underWay = new Set<Scheduled>();
  #receiver: LinkReceiver | undefined;
  #early: (() => void)[] = [];
  #lastArrival = 0;
  #isCut = false;
  #ended = false;

  constructor(scheduler: Scheduler, wire: Wire, program: Program) {
    this.#scheduler = scheduler;
    this.#wire = wire;
    this.program = program;
  }

  get isOpen(): boolean {
    return !this.#isCut && !this.#ended;
  }

  sendText(text: string): void {
    if (this.#ended || !this.program.alive) return;
    const behind = this.#wire.onText(this.program, text);
    this.#send(Buffer.byteLength(text), `text ${text.slice(0, 400)}`, (receiver) => receiver.text(text));
    if (behind !== undefined) this.#send(behind.length, 'text once more', (receiver) => receiver.text(behind));
  }

  sendBinary(frame: Uint8Array, released?: () => void): void {
    if (!this.#ended && this.program.alive) {
      const copy = Uint8Array.from(frame);
      this.#send(frame.length, `frame of ${frame.length}`, (receiver) => receiver.binary(copy));
    }
    released?.();
  }

  drained(): Promise<void> {
    return this.#drain.wait();
  }

  listen(receiver: LinkReceiver): void {
    this.#receiver = receiver;
    for (const deliver of this.#early.splice(0)) deliver();
  }

  close(reason: LinkClose): void {
    if (this.#ended) return;
    if (!this.#isCut) this.#travel('end of the link', () => this.far.#end(reason));
    this.#finish();
    this.#scheduler.after(0, 'link closed', () => this.#receiver?.closed(reason), this.program);
  }

  /**
   * Nothing more gets through, what is under way is lost (`loses`) or arrives all the same, and each end hears of it when
   * `hearsAfter` says, microseconds.
   */
  cut(loses: (end: SimulatedLink) => boolean, hearsAfter: (end: SimulatedLink) => number): void {
    for (const end of [this, this.far]) {
      if (end.#isCut || end.#ended) continue;
      end.#isCut = true;
      if (loses(end)) for (const each of end.#underWay) each.cancel();
      const after = Math.max(hearsAfter(end), end.far.#lastArrival - this.#scheduler.now);
      this.#scheduler.after(after, 'link lost', () => end.#end(LOST), end.program);
    }
  }

  #send(bytes: number, what: string, deliver: (receiver: LinkReceiver) => void): void {
    this.bufferedBytes += bytes;
    this.sentBytes += bytes;
    if (this.#isCut) return;
    this.#travel(what, () => {
      this.bufferedBytes -= bytes;
      this.far.receivedBytes += bytes;
      this.#drain.written();
      this.far.#receive(deliver);
    });
  }

  #travel(what: string, arrive: () => void): void {
    const { now } = this.#scheduler;
    const at = Math.max(now + this.#wire.travel(), this.#lastArrival, this.#wire.heldUntil);
    this.#lastArrival = at;
    const event = this.#scheduler.after(
      at - now,
      what,
      () => {
        this.#underWay.delete(event);
        arrive();
      },
      this.far.program,
    );
    this.#underWay.add(event);
  }

  #receive(deliver: (receiver: LinkReceiver) => void): void {
    if (this.#ended) return;
    if (this.#receiver) deliver(this.#receiver);
    else this.#early.push(() => this.#receiver && deliver(this.#receiver));
  }

  #end(reason: LinkClose): void {
    if (this.#ended) return;
    this.#finish();
    this.#receiver?.closed(reason);
  }

  #finish(): void {
    this.#ended = true;
    this.bufferedBytes = 0;
    this.#drain.end();
  }
}
