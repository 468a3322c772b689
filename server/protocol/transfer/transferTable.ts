import { type ContentFrame, readContentFrame } from '../contentFrame.ts';
import { SynclineError } from '../errors.ts';
import { INITIAL_CREDIT, MAX_FRAME_PAYLOAD, MAX_PARKED_BYTES, MAX_TRANSFERS, PARK_MS } from '../limits.ts';
import type { Limits } from '../messages/session.ts';
import { FramePool } from './framePool.ts';
import { LinkPace } from './receiveWindow.ts';

/** One end of a transfer. None of these may throw. */
export interface TransferEnd {
  /** A frame of this transfer; only the receiver has it. */
  frame?(frame: ContentFrame): void;
  /** The receiver lets the sender go on up to this offset; only the sender has it. */
  credited?(upTo: number): void;
  /** Nothing further will come: the other side gave up (`remote`), or a frame was bad, or the connection has ended. */
  ended(error: SynclineError, remote: boolean): void;
}

/** What transfers need of the connection. */
export interface TransferCarrier {
  sendFrame(frame: Uint8Array, released?: () => void): void;
  drained(): Promise<void>;
  grant(transfer: number, upTo: number): void;
  cancel(transfer: number): void;
  log(event: string, data: object): void;
}

const OWN_LIMITS = { initialCredit: INITIAL_CREDIT, framePayload: MAX_FRAME_PAYLOAD, transfers: MAX_TRANSFERS };

export type TransferLimits = Pick<Limits, 'initialCredit' | 'framePayload' | 'transfers'>;

/** How many ids of past transfers are remembered, so that their stragglers are told from frames that came early. */
const REMEMBERED = 4096;

interface Parked {
  readonly frames: ContentFrame[];
  bytes: number;
  readonly timer: NodeJS.Timeout;
}

/**
 * The transfers of one connection. Routes frames and credit by transfer id. A frame may overtake the request that announces
 * its transfer; such frames are parked for a while, at most the initial credit of each transfer and a bounded sum.
 */
export class TransferTable {
  readonly carrier: TransferCarrier;
  readonly pace = new LinkPace();
  readonly frames = new FramePool();
  readonly #ends = new Map<number, TransferEnd>();
  readonly #parked = new Map<number, Parked>();
  /** Past transfers; the value is why one failed before it was announced. */
  readonly #past = new Map<number, SynclineError | undefined>();
  #limits: TransferLimits = OWN_LIMITS;
  #parkedBytes = 0;
  #closed: SynclineError | undefined;

  constructor(carrier: TransferCarrier) {
    this.carrier = carrier;
  }

  /** What the server announced at hello; until then what this build keeps to. */
  get limits(): TransferLimits {
    return this.#limits;
  }

  /** Transfers under way. */
  get size(): number {
    return this.#ends.size;
  }

  agree({ initialCredit, framePayload, transfers }: TransferLimits): void {
    this.#limits = {
      initialCredit: Math.min(initialCredit, INITIAL_CREDIT),
      framePayload: Math.max(1, Math.min(framePayload, MAX_FRAME_PAYLOAD)),
      transfers: Math.min(transfers, MAX_TRANSFERS),
    };
  }

  /**
   * Frames that came early are handed over before it returns.
   * @throws SynclineError when the id has been used before, too many transfers are under way, or the connection has ended.
   */
  begin(transfer: number, end: TransferEnd): void {
    if (this.#closed) throw this.#closed;
    const early = this.#past.get(transfer);
    if (early) throw early;
    if (this.#ends.has(transfer) || this.#past.has(transfer)) {
      throw new SynclineError('InvalidParams', 'The transfer id has been used before.', {
        data: { field: 'transfer' },
      });
    }
    if (this.#ends.size >= this.#limits.transfers) {
      this.#forget(transfer, undefined);
      throw new SynclineError('TooMany');
    }
    this.#ends.set(transfer, end);
    for (const frame of this.#unpark(transfer)) end.frame?.(frame);
  }

  /** The transfer is over; what still comes for it is dropped. */
  finish(transfer: number): void {
    if (this.#ends.delete(transfer)) this.#remember(transfer, undefined);
  }

  /** The request that announced a transfer was refused: what has come of it is dropped, and so is what still comes. */
  refuse(transfer: number): void {
    if (!this.#ends.has(transfer) && !this.#past.has(transfer)) this.#forget(transfer, undefined);
  }

  /** A binary frame has arrived. One that is malformed ends its transfer, not the connection. */
  receive(bytes: Uint8Array): void {
    let frame: ContentFrame;
    try {
      frame = readContentFrame(bytes);
    } catch (error) {
      this.carrier.log('badFrame', { error });
      if (bytes.byteLength >= 8) this.#fail(Buffer.from(bytes.buffer, bytes.byteOffset).readUInt32BE(4), error);
      return;
    }
    const end = this.#ends.get(frame.transfer);
    if (end?.frame) end.frame(frame);
    else if (end) this.#fail(frame.transfer, new SynclineError('BadFrame', 'A frame came from the receiving side.'));
    else if (!this.#past.has(frame.transfer)) this.#park(frame);
  }

  credited(transfer: number, upTo: number): void {
    this.#ends.get(transfer)?.credited?.(upTo);
  }

  /** The other side has given the transfer up. */
  cancelled(transfer: number): void {
    const end = this.#ends.get(transfer);
    if (end) end.ended(new SynclineError('Cancelled', 'The other side gave the transfer up.'), true);
    else if (this.#parked.has(transfer)) this.#forget(transfer, new SynclineError('Cancelled'));
  }

  close(error: SynclineError): void {
    this.#closed = error;
    for (const end of this.#ends.values()) end.ended(error, false);
    this.#ends.clear();
    for (const transfer of this.#parked.keys()) this.#unpark(transfer);
  }

  #fail(transfer: number, error: unknown): void {
    this.#ends.get(transfer)?.ended(SynclineError.from(error), false);
  }

  #park(frame: ContentFrame): void {
    let parked = this.#parked.get(frame.transfer);
    if (!parked) {
      if (this.#parked.size >= this.#limits.transfers)
        return this.#forget(frame.transfer, new SynclineError('TooMany'));
      const timer = setTimeout(() => this.#forget(frame.transfer, new SynclineError('TransferStalled')), PARK_MS);
      parked = { frames: [], bytes: 0, timer };
      this.#parked.set(frame.transfer, parked);
    }
    parked.frames.push(frame);
    parked.bytes += frame.payload.byteLength;
    this.#parkedBytes += frame.payload.byteLength;
    if (parked.bytes > this.#limits.initialCredit) this.#forget(frame.transfer, beyondCredit());
    else if (this.#parkedBytes > MAX_PARKED_BYTES) this.#forget(frame.transfer, new SynclineError('TooMany'));
  }

  #unpark(transfer: number): readonly ContentFrame[] {
    const parked = this.#parked.get(transfer);
    if (!parked) return [];
    clearTimeout(parked.timer);
    this.#parked.delete(transfer);
    this.#parkedBytes -= parked.bytes;
    return parked.frames;
  }

  /** Drops what is parked and whatever follows; whoever announces the transfer later is told why. */
  #forget(transfer: number, why: SynclineError | undefined): void {
    this.#unpark(transfer);
    this.#remember(transfer, why);
  }

  #remember(transfer: number, why: SynclineError | undefined): void {
    this.#past.set(transfer, why);
    if (this.#past.size <= REMEMBERED) return;
    for (const oldest of this.#past.keys()) {
      this.#past.delete(oldest);
      return;
    }
  }
}

export const beyondCredit = (): SynclineError => new SynclineError('BadFrame', 'More was sent than had been granted.');
