/** A piece of one direction of a WebSocket connection. Pieces of a frame follow each other; only the first `isStart`s it. */
export interface FramePiece {
  readonly bytes: Buffer;
  /** The handshake counts as control: it belongs to the transport. */
  readonly isControl: boolean;
  readonly isStart: boolean;
}

const HANDSHAKE_END = Buffer.from('\r\n\r\n');
const LONGEST_HANDSHAKE = 64 * 1024;

/** Cuts one direction of a connection at the borders of its frames, keeping no more than a frame's header of it. */
export class WebSocketFrames {
  #head: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  #inHandshake = true;
  /** Bytes of the present frame that are still to come. */
  #left = 0;
  #isControl = true;

  push(chunk: Buffer): FramePiece[] {
    const pieces: FramePiece[] = [];
    let rest = this.#head.length > 0 ? Buffer.concat([this.#head, chunk]) : chunk;
    this.#head = Buffer.alloc(0);
    while (rest.length > 0) {
      if (this.#left > 0) {
        const bytes = rest.subarray(0, this.#left);
        pieces.push({ bytes, isControl: this.#isControl, isStart: false });
        this.#left -= bytes.length;
        rest = rest.subarray(bytes.length);
        continue;
      }
      const length = this.#inHandshake ? handshakeLength(rest) : headerLength(rest);
      if (length === undefined) {
        this.#head = rest;
        break;
      }
      if (this.#inHandshake) this.#inHandshake = false;
      else this.#begin(rest);
      pieces.push({ bytes: rest.subarray(0, length), isControl: this.#isControl, isStart: true });
      rest = rest.subarray(length);
    }
    return pieces;
  }

  #begin(frame: Buffer): void {
    this.#isControl = ((frame[0] ?? 0) & 0x0f) >= 8;
    const short = (frame[1] ?? 0) & 0x7f;
    if (short === 127) this.#left = Number(frame.readBigUInt64BE(2));
    else this.#left = short === 126 ? frame.readUInt16BE(2) : short;
  }
}

/** RFC 6455, section 5.2: 2 bytes, the length in 0, 2 or 8 more, the mask in 4 more. Undefined: not all of it is here. */
function headerLength(frame: Buffer): number | undefined {
  const second = frame[1];
  if (second === undefined) return undefined;
  const extended = { 126: 2, 127: 8 }[second & 0x7f] ?? 0;
  const length = 2 + extended + ((second & 0x80) === 0 ? 0 : 4);
  return frame.length < length ? undefined : length;
}

function handshakeLength(bytes: Buffer): number | undefined {
  const at = bytes.indexOf(HANDSHAKE_END);
  if (at >= 0) return at + HANDSHAKE_END.length;
  if (bytes.length > LONGEST_HANDSHAKE) throw new Error('This is no WebSocket.');
  return undefined;
}
