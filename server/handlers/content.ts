import type { ContentPart, Encoding } from '../protocol/messages/content.ts';
import { receiveTransfer } from '../protocol/transfer/receiveTransfer.ts';
import { sendTransfer } from '../protocol/transfer/sendTransfer.ts';
import type { ServerHandlers } from '../session/callContext.ts';
import type { Services } from '../session/services.ts';
import type { ContentStore } from '../store/contents.ts';
import { findShare } from './files.ts';

/** Larger transfers are single large files: mostly compressed formats, or sent faster than they are compressed. */
const COMPRESSED_UP_TO = 4 * 1024 * 1024;

export function contentHandlers({
  shares,
}: Services): Pick<ServerHandlers, 'contentMissing' | 'contentUpload' | 'contentDownload'> {
  const contentsOf = (name: string): ContentStore => findShare(shares, name).contents;
  return {
    contentMissing: async ({ share, contents }) => ({ missing: await contentsOf(share).missing(contents) }),

    // Reaches `track` before the first await, so a commit right behind finds the upload under way.
    contentUpload({ share, transfer, contents, encoding }, call) {
      const total = bytesOf(contents);
      const received = receiveTransfer(call.session.peer, {
        transfer,
        parts: contents,
        sink: contentsOf(share).sink(),
        encoding,
        signal: call.signal,
        onProgress: (done) => call.progress({ done, total }),
      });
      return call.session.uploads.track(share, contents, received);
    },

    contentDownload({ share, transfer, contents, encodings }, call) {
      const total = bytesOf(contents);
      return sendTransfer(call.session.peer, {
        transfer,
        encoding: chooseEncoding(encodings, total),
        source: bytesIn(contentsOf(share), contents, call.signal),
        signal: call.signal,
        onProgress: (done) => call.progress({ done, total }),
      });
    },
  };
}

async function* bytesIn(
  store: ContentStore,
  parts: readonly ContentPart[],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for (const { content, from } of parts) yield* store.read(content, from, signal);
}

function chooseEncoding(offered: readonly Encoding[], bytes: number): Encoding {
  const [first = 'identity'] = offered;
  if (!offered.includes('zstd')) return first;
  return bytes <= COMPRESSED_UP_TO || !offered.includes('identity') ? 'zstd' : 'identity';
}

const bytesOf = (parts: readonly ContentPart[]): number =>
  parts.reduce((total, { size, from }) => total + Math.max(0, size - from), 0);
