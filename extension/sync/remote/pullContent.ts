import { SynclineError } from '../../../server/protocol/errors.ts';
import type { ContentSink } from '../../../server/protocol/transfer/contentSink.ts';

/**
 * Turns a source that pushes one content into a sink into one that is pulled from. `push` is held back until its piece was
 * taken, and is cut off when the reader stops early.
 */
export async function* pullContent(
  push: (sink: ContentSink, signal: AbortSignal) => Promise<unknown>,
): AsyncGenerator<Uint8Array> {
  const over = new AbortController();
  let piece: Uint8Array | undefined;
  let taken = Promise.withResolvers<void>();
  let offered = Promise.withResolvers<void>();
  const sink: ContentSink = {
    open: () =>
      Promise.resolve({
        async write(bytes) {
          if (over.signal.aborted) throw new SynclineError('Cancelled');
          piece = bytes;
          offered.resolve();
          await taken.promise;
        },
        finish: () => Promise.resolve(),
        abort: () => Promise.resolve(),
      }),
  };
  const pushed = push(sink, over.signal).finally(() => offered.resolve());
  pushed.catch(() => {});
  try {
    for (;;) {
      await offered.promise;
      if (!piece) break;
      offered = Promise.withResolvers();
      yield piece;
      piece = undefined;
      const wasTaken = taken;
      taken = Promise.withResolvers();
      wasTaken.resolve();
    }
    await pushed;
  } finally {
    over.abort();
    taken.resolve();
  }
}
