import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type ErrorName, SynclineError } from '../../server/protocol/errors.ts';
import { receiveTransfer } from '../../server/protocol/transfer/receiveTransfer.ts';
import { sendTransfer } from '../../server/protocol/transfer/sendTransfer.ts';
import type { MemoryLink } from './memoryLink.ts';
import { MemorySink } from './memorySink.ts';
import { memoryPeers, type Peers } from './peers.ts';
import { testRequests } from './testMessages.ts';
import { inPieces, partOf, someBytes } from './transfers.ts';

export function listen<P extends Peers>(peers: P): P {
  for (const peer of [peers.near, peers.far]) {
    peer.serve({ echo: testRequests.echo }, { echo: async ({ text }) => ({ text }) }, () => undefined);
    peer.listen();
  }
  return peers;
}

export const pair = (t: TestContext): Peers<MemoryLink> => listen(memoryPeers(t));

export const code = (expected: ErrorName) => (error: unknown) => {
  assert.ok(error instanceof SynclineError);
  assert.equal(error.code, expected);
  return true;
};

/** Everything that a failed transfer must leave behind: nothing half open, and a connection that works. */
export async function assertIntact({ near, far }: Peers, sink: MemorySink): Promise<void> {
  assert.deepEqual([sink.openNow, sink.overlaps], [0, 0]);
  assert.deepEqual(await near.request(testRequests.echo, { text: 'alive' }), { text: 'alive' });
  assert.deepEqual([near.transfers.size, far.transfers.size], [0, 0]);
  const bytes = someBytes(100);
  await Promise.all([
    receiveTransfer(far, { transfer: 4_000_000, parts: [partOf(bytes)], sink: new MemorySink() }),
    sendTransfer(near, { transfer: 4_000_000, encoding: 'identity', source: inPieces(bytes) }),
  ]);
}

/** Resolves in a turn of the event loop in which the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
