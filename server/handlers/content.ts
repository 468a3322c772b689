import type { ContentPart, Encoding, Stretch } from '../protocol/messages/content.ts';
import { checkStretches, streamedPart } from '../protocol/transfer/fillingSink.ts';
import { receiveTransfer } from '../protocol/transfer/receiveTransfer.ts';
import { sendTransfer } from '../protocol/transfer/sendTransfer.ts';
import type { TransferTable } from '../protocol/transfer/transferTable.ts';
import type { ServerHandlers } from '../session/callContext.ts';
import type { Services } from '../session/services.ts';
import type { ContentStore } from '../store/contents.ts';
import { findShare } from './files.ts';

/** Larger transfers are single large files: mostly compressed formats, or sent faster than they are compressed. */
const COMPRESSED_UP_TO = 4 * 1024 * 1024;

export function contentHandlers({
  shares,
}: Services): Pick<ServerHandlers, 'contentMissing' | 'contentLocate' | 'contentUpload' | 'contentDownload'> {
  const contentsOf = (name: string): ContentStore => findShare(shares, name).contents;
  return {
    contentMissing: async ({ share, contents }) => ({ missing: await contentsOf(share).missing(contents) }),

    async contentLocate({ share, content, only, pieces }, call) {
      const wanted = { content, only, pieces: pieces.map(([id, size]) => ({ id, size })) };
      const onProgress = (done: number, total: number): void => call.progress({ done, total });
      return { found: await contentsOf(share).locate(wanted, { signal: call.signal, onProgress }) };
    },

    // Reaches `track` before the first await, so a commit right behind finds the upload under way.
    async contentUpload({ share, transfer, contents, encoding, reused }, call) {
      const store = contentsOf(share);
      const { transfers } = call.session.peer;
      const whole = reused && orRefuse(transfers, transfer, () => checkStretches(contents, reused, 'reused'));
      const parts = whole ? [streamedPart(whole, reused)] : contents;
      const total = bytesOf(parts);
      const received = receiveTransfer(call.session.peer, {
        transfer,
        parts,
        sink: whole ? store.assemble(whole, reused, call.signal) : store.sink(),
        encoding,
        signal: call.signal,
        onProgress: (done) => call.progress({ done, total }),
      });
      return call.session.uploads.track(share, contents, received);
    },

    async contentDownload({ share, transfer, contents, encodings, skipped = [] }, call) {
      const store = contentsOf(share);
      const whole = skipped.length > 0 ? checkStretches(contents, skipped, 'skipped') : undefined;
      const total = bytesOf(whole ? [streamedPart(whole, skipped)] : contents);
      const bytes = bytesIn(store, contents, call.signal);
      return sendTransfer(call.session.peer, {
        transfer,
        encoding: chooseEncoding(encodings, total),
        source: whole ? between(bytes, whole.from, skipped) : bytes,
        signal: call.signal,
        onProgress: (done) => call.progress({ done, total }),
      });
    },
  };
}

/** The frames of an upload that is not begun must not take the place of others. */
function orRefuse<T>(transfers: TransferTable, transfer: number, check: () => T): T {
  try {
    return check();
  } catch (error) {
    transfers.refuse(transfer);
    throw error;
  }
}

async function* bytesIn(
  store: ContentStore,
  parts: readonly ContentPart[],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for (const { content, from } of parts) yield* store.read(content, from, signal);
}

/** What lies between the stretches. The source goes to its end in any case, because only there it is checked. */
async function* between(
  bytes: AsyncIterable<Uint8Array>,
  from: number,
  skipped: readonly Stretch[],
): AsyncGenerator<Uint8Array> {
  let [at, next] = [from, 0];
  for await (const piece of bytes) {
    const end = at + piece.length;
    for (let begin = at; begin < end; ) {
      const { at: start, length } = skipped[next] ?? { at: end, length: 0 };
      if (start > begin) {
        const until = Math.min(start, end);
        yield piece.subarray(begin - at, until - at);
        begin = until;
      } else {
        begin = Math.min(start + length, end);
        if (begin === start + length) next++;
      }
    }
    at = end;
  }
}

function chooseEncoding(offered: readonly Encoding[], bytes: number): Encoding {
  const [first = 'identity'] = offered;
  if (!offered.includes('zstd')) return first;
  return bytes <= COMPRESSED_UP_TO || !offered.includes('identity') ? 'zstd' : 'identity';
}

const bytesOf = (parts: readonly ContentPart[]): number =>
  parts.reduce((total, { size, from }) => total + Math.max(0, size - from), 0);
