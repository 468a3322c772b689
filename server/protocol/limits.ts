/** Limits both sides keep to. The server announces those in `Limits` at hello; a client never exceeds what was announced. */

/** Protocol versions this build speaks, best first. */
export const PROTOCOL_VERSIONS = [1] as const;

/** WebSocket sub-protocol. */
export const SUBPROTOCOL = 'syncline.v1';

/** Default TCP port of a server. */
export const DEFAULT_PORT = 4848;

/** Longest text frame (one JSON-RPC message), bytes. */
export const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;

/** Most payload bytes in one content frame. */
export const MAX_FRAME_PAYLOAD = 256 * 1024;

/** Bytes of a transfer that may be under way before the receiver has granted more. */
export const INITIAL_CREDIT = 1024 * 1024;

/** Contents in one transfer, operations in one commit, rows in one page. */
export const MAX_TRANSFER_CONTENTS = 4096;
export const MAX_OPERATIONS = 2048;
export const MAX_PAGE = 5000;

/** Numbers or texts in one `compute/*` call or job. */
export const MAX_VALUES = 1_000_000;

/** A session that has not said hello by then is closed, milliseconds. */
export const HELLO_DEADLINE_MS = 8_000;

/** A transfer that moves no byte for this long is given up, milliseconds. */
export const STALL_MS = 30_000;
