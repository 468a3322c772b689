import type { Guard } from './guards.ts';

const FAULTS = 'test/protocol/transferFaults.test.ts';
const TRANSFER = 'server/protocol/transfer';

export const WIRE_GUARDS: readonly Guard[] = [
  {
    name: 'the deadline of a request',
    promise: 5,
    file: 'server/protocol/rpc/outgoingRequests.ts',
    find: "pending.timer = setTimeout(() => this.#giveUp(id, new SynclineError('DeadlineExceeded')), pending.deadlineMs);",
    replace: '',
    tests: [{ file: 'test/protocol/peer.test.ts', title: 'gives up at the deadline, which aborts the handler' }],
    hangs: true,
  },
  {
    name: 'the stall limit of a receiver',
    promise: 5,
    file: `${TRANSFER}/incomingFrames.ts`,
    find: 'const timer = setTimeout(() => this.#wake?.(), this.#stallMs);',
    replace: 'const timer = setTimeout(() => {}, this.#stallMs);',
    tests: [{ file: FAULTS, title: 'by the receiver' }],
    hangs: true,
  },
  {
    name: 'the stall limit of a sender',
    promise: 5,
    file: `${TRANSFER}/outgoingFrames.ts`,
    find: "const timer = setTimeout(() => reject(new SynclineError('TransferStalled')), this.#stallMs);",
    replace: 'const timer = setTimeout(() => reject === undefined, this.#stallMs);',
    tests: [{ file: FAULTS, title: 'by the sender, when no credit comes' }],
    hangs: true,
  },
  {
    name: 'the sign of life through the request path',
    promise: 5,
    file: 'extension/connect/signOfLife.ts',
    find: 'else silent.abort();',
    replace: 'else if (heard < 0) silent.abort();',
    tests: [
      {
        file: 'test/connect/connection.test.ts',
        title: 'a server that takes packets but answers no request is given up',
      },
    ],
    hangs: true,
  },
  {
    name: 'the credit that a sender waits for',
    promise: 8,
    file: `${TRANSFER}/outgoingFrames.ts`,
    find: 'while (this.#granted <= this.#offset) await this.#waitFor((resolve) => (this.#wake = resolve));',
    replace: 'this.#granted = Math.max(this.#granted, this.#offset + 262_144);',
    tests: [
      {
        file: 'test/protocol/transfer.test.ts',
        title: 'bytes go to a sink that takes none, and everything else goes on',
      },
    ],
  },
  {
    name: 'the refusal of more than was granted',
    promise: 8,
    file: `${TRANSFER}/incomingFrames.ts`,
    find: 'if (this.#expected + frame.payload.byteLength > this.#window.granted) return beyondCredit();',
    replace: '',
    tests: [{ file: FAULTS, title: 'more than it has granted' }],
  },
  {
    name: 'the limit of what compressed bytes may stand for',
    promise: 8,
    file: `${TRANSFER}/zstd.ts`,
    find: 'maxOutputLength: Math.max(most, 1)',
    replace: 'maxOutputLength: Math.max(most, 2 ** 30)',
    tests: [{ file: FAULTS, title: 'a bomb before it has gone off' }],
  },
];
