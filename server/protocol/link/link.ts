/**
 * A connection that carries two kinds of frames, in order, in both directions: text (one JSON-RPC message each) and binary
 * (one content frame each). A link never interprets them.
 *
 * Nothing here throws or rejects: what is sent after the end is dropped, and the end is told to the receiver once.
 */
export interface Link {
  sendText(text: string): void;
  /** The link reads `frame` until it calls `released`, at the latest when it ends; it must not be changed before. */
  sendBinary(frame: Uint8Array, released?: () => void): void;

  /** Bytes accepted by `send…` and not yet handed to the operating system. */
  readonly bufferedBytes: number;
  /** Bytes carried so far, framing not counted. */
  readonly sentBytes: number;
  readonly receivedBytes: number;

  /** Resolves when less than the high-water mark is buffered, first come first served; also when the link has ended. */
  drained(): Promise<void>;

  /** Starts delivery; may be called once. What arrived before is delivered first. */
  listen(receiver: LinkReceiver): void;

  /** Sends what is buffered, says why, and ends. The receiver's `closed` is called, at the latest after a short while. */
  close(reason: LinkClose): void;
}

/** Called one at a time, in the order of arrival, and nothing after `closed`. Must not throw. */
export interface LinkReceiver {
  text(text: string): void;
  binary(frame: Uint8Array): void;
  closed(reason: LinkClose): void;
}

/** Why a link ended, in the terms of WebSocket: see `closeReason.ts`. */
export interface LinkClose {
  readonly code: number;
  readonly reason: string;
}
