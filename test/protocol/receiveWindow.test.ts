import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LinkPace, ReceiveWindow } from '../../server/protocol/transfer/receiveWindow.ts';

const KIB = 1024;
const CREDIT = 1024 * KIB;

interface Network {
  /** Bytes per millisecond; 125 is 1 Mbit/s. */
  readonly rate: number;
  /** Round trip, milliseconds. */
  readonly rtt: number;
  /** What the receiver's disk takes, bytes per millisecond. */
  readonly sink?: number;
}

/**
 * One transfer over a simulated link, in simulated time: a first-in-first-out queue in front of a line. The sender sends what
 * it may, as `OutgoingFrames` does. Answers the share of the rate that was used and, of the second half, how long something
 * else would have waited in the queue (median, milliseconds).
 */
function simulate({ rate, rtt, sink = Infinity }: Network, total: number, pace = new LinkPace()) {
  const events: { at: number; run: () => void }[] = [];
  let now = 0;
  const window = new ReceiveWindow(pace, CREDIT, () => now);
  const later = (at: number, run: () => void): void => {
    const index = events.findIndex((event) => event.at > at);
    events.splice(index < 0 ? events.length : index, 0, { at, run });
  };
  const waits: number[] = [];
  let [sent, granted, lineFree, sinkFree, mostAhead] = [0, CREDIT, 0, 0, 0];
  const pump = (): void => {
    while (sent < Math.min(total, granted)) {
      const credit = granted - sent;
      const bytes = Math.min(256 * KIB, credit, total - sent, Math.max(32 * KIB, Math.floor(credit / 4)));
      const end = (sent += bytes);
      lineFree = Math.max(lineFree, now) + bytes / rate;
      if (sent > total / 2) waits.push(lineFree - now);
      later(lineFree + rtt / 2, () => {
        assert.ok(end <= window.granted);
        window.arrived(end);
        sinkFree = Math.max(sinkFree, now) + bytes / sink;
        later(sinkFree, () => {
          const upTo = window.consumed(bytes);
          mostAhead = Math.max(mostAhead, window.granted - end);
          if (upTo === undefined) return;
          later(now + rtt / 2, () => {
            assert.ok(upTo > granted, 'credit never shrinks');
            granted = upTo;
            pump();
          });
        });
      });
    }
  };
  pump();
  for (let event = events.shift(); event; event = events.shift()) {
    now = event.at;
    event.run();
  }
  window.close();
  assert.equal(sent, total, 'the transfer came to its end');
  const wait = waits.sort((a, b) => a - b)[waits.length >> 1] ?? 0;
  return { used: total / Math.min(rate, sink) / now, wait, mostAhead, ms: now };
}

describe('the receive window', () => {
  const networks: readonly (readonly [name: string, network: Network, used: number, wait: number])[] = [
    ['10 Mbit/s, 20 ms', { rate: 1250, rtt: 20 }, 0.95, 110],
    ['100 Mbit/s, 22 ms', { rate: 12_500, rtt: 22 }, 0.9, 33],
    ['100 Mbit/s, 100 ms', { rate: 12_500, rtt: 100 }, 0.8, 120],
    ['1 Gbit/s, 1 ms', { rate: 125_000, rtt: 1 }, 0.95, 12],
    ['1 Gbit/s, 50 ms', { rate: 125_000, rtt: 50 }, 0.75, 60],
    ['loopback', { rate: 600_000, rtt: 0.2 }, 0.95, 12],
    ['100 Mbit/s, 22 ms, a slow disk', { rate: 12_500, rtt: 22, sink: 4000 }, 0.9, 12],
    ['1 Gbit/s, 50 ms, a slow disk', { rate: 125_000, rtt: 50, sink: 20_000 }, 0.8, 20],
  ];
  for (const [name, network, used, wait] of networks) {
    test(`fills the link yet leaves it free for others within about a round trip: ${name}`, () => {
      const total = Math.max(30e6, network.rate * network.rtt * 60);
      const result = simulate(network, total);
      assert.ok(result.used >= used, `used ${result.used}`);
      assert.ok(result.wait <= wait, `others waited ${result.wait} ms`);
      assert.ok(result.mostAhead <= 16 * 1024 * KIB + 256 * KIB, `${result.mostAhead} under way`);
    });
  }

  test('is known to the next transfer of the connection', () => {
    const pace = new LinkPace();
    const first = simulate({ rate: 12_500, rtt: 100 }, 10e6, pace);
    const second = simulate({ rate: 12_500, rtt: 100 }, 10e6, pace);
    assert.ok(second.ms < first.ms, `${second.ms} < ${first.ms}`);
  });

  test('follows a route that has become longer', () => {
    const pace = new LinkPace();
    simulate({ rate: 12_500, rtt: 10 }, 50e6, pace);
    assert.ok((pace.delay ?? 0) < 20, String(pace.delay));
    simulate({ rate: 12_500, rtt: 80 }, 300e6, pace);
    assert.ok((pace.delay ?? 0) > 70, String(pace.delay));
  });

  test('shares a bounded memory with the other windows of its connection', () => {
    const pace = new LinkPace();
    const windows = Array.from({ length: 20 }, () => ({}));
    const sizes = windows.map((window) => pace.claim(window, 100e6));
    assert.ok(sizes.reduce((a, b) => a + b) <= 32 * 1024 * KIB + 20 * 64 * KIB);
    assert.ok(sizes.every((size) => size >= 64 * KIB));
    for (const window of windows.slice(1)) pace.release(window);
    assert.equal(pace.claim({}, 100e6), 16 * 1024 * KIB);
  });
});
