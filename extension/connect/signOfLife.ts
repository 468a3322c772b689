import { STALL_MS } from '../../server/protocol/limits.ts';
import { probe } from '../../server/protocol/messages/session.ts';
import type { Clock } from './clock.ts';
import type { Disposable, ServerClient } from './serverClient.ts';

/** However much else comes, a probe that is not answered by then is not going to be. Milliseconds. */
const MOST_MS = 120_000;

/**
 * Resolves when the server has answered a probe.
 *
 * On a slow line the probe and its answer stand in line behind contents, so a wait counts as silence only while nothing comes
 * from the server: for as long as a probe may take, or while contents travel, for as long as a transfer may stand still. What
 * the transport answers on its own is not counted: pings prove nothing.
 *
 * @throws SynclineError `Cancelled` when the server was silent for too long, or what the server or the connection said.
 */
export async function signOfLife(client: ServerClient, clock: Clock): Promise<void> {
  const silent = new AbortController();
  const begun = clock.uptime();
  let timer: Disposable | undefined;
  const listen = (heard: number, since: number): void => {
    const mostMs = client.isTransferring ? STALL_MS : probe.deadlineMs;
    timer = clock.after(Math.min(since + mostMs, begun + MOST_MS) - clock.uptime(), () => {
      const now = client.traffic.received;
      if (now !== heard && clock.uptime() - begun < MOST_MS) listen(now, clock.uptime());
      else silent.abort();
    });
  };
  listen(client.traffic.received, begun);
  try {
    await client.request(probe, {}, { signal: silent.signal, deadlineMs: 0 });
  } finally {
    timer?.dispose();
  }
}
