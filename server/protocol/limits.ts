/** Limits both sides keep to. The server announces those in `Limits` at hello; a client never exceeds what was announced. */

/** Protocol versions this build speaks, best first. */
export const PROTOCOL_VERSIONS = [1] as const;

/** WebSocket sub-protocol. */
export const SUBPROTOCOL = 'syncline.v1';

/** Default TCP port of a server. */
export const DEFAULT_PORT = 4848;

/** Longest text frame (one JSON-RPC message), bytes. */
export const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;

/** How deep arrays and objects of a message may nest. */
export const MAX_JSON_DEPTH = 64;

/** Requests one side may have under way; the next is answered `TooMany`. */
export const MAX_REQUESTS = 1024;

/** Requests that are worked on at a time; further ones wait in line. */
export const MAX_PARALLEL_REQUESTS = 64;

/** Most payload bytes in one content frame. */
export const MAX_FRAME_PAYLOAD = 256 * 1024;

/** Bytes of a transfer that may be under way before the receiver has granted more. */
export const INITIAL_CREDIT = 1024 * 1024;

/** Transfers that may be under way on one connection. */
export const MAX_TRANSFERS = 32;

/** Frames of a transfer that has not been announced yet are kept this long, milliseconds. */
export const PARK_MS = 10_000;

/** Bytes of all frames together that are kept until their transfers are announced. */
export const MAX_PARKED_BYTES = 16 * 1024 * 1024;

/** A link with this much unsent asks its senders to wait, bytes. */
export const LINK_HIGH_WATER = 1024 * 1024;

/** A link with this much unsent is given up: the other side does not read. Bytes. */
export const LINK_OVERFLOW = 64 * 1024 * 1024;

/** Contents in one transfer. */
export const MAX_TRANSFER_CONTENTS = 4096;

/** Pieces that one `content/locate` asks for. */
export const MAX_PIECES = 16_384;

/** Stretches of a content that are left out of one transfer. */
export const MAX_STRETCHES = 16_384;

/** Operations in one commit. */
export const MAX_OPERATIONS = 2048;

/** Rows in one page of a list. */
export const MAX_PAGE = 5000;

/** Numbers or texts in one `compute/*` call or job. */
export const MAX_VALUES = 1_000_000;

/** Numbers that `compute/sortNumbers` sorts in one call. */
export const MAX_NUMBERS = 16_777_216;

/** A session that has not said hello by then is closed, milliseconds. */
export const HELLO_DEADLINE_MS = 8_000;

/** A transfer that moves no byte for this long is given up, milliseconds. */
export const STALL_MS = 30_000;
