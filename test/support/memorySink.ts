import { ContentHasher, type ContentId } from '../../server/protocol/contentId.ts';
import { SynclineError } from '../../server/protocol/errors.ts';
import type { ContentPart } from '../../server/protocol/messages/content.ts';
import type { ContentSink, ContentWriter } from '../../server/protocol/transfer/contentSink.ts';

/** In-memory double of a `ContentSink`: keeps what arrives, also of transfers that broke, and verifies as the real ones do. */
export class MemorySink implements ContentSink {
  /** Whole and verified contents. */
  readonly contents = new Map<ContentId, Buffer>();
  /** What has arrived of contents that are not whole yet. */
  readonly staged = new Map<ContentId, Buffer>();
  readonly opened: ContentPart[] = [];
  openNow = 0;
  mostOpen = 0;
  aborted = 0;
  /** Calls to a writer that began before the last one had ended. */
  overlaps = 0;
  /** Awaited before each write: for tests of slow sinks. */
  beforeWrite: (part: ContentPart) => Promise<void> = async () => {};

  async open(part: ContentPart): Promise<ContentWriter> {
    this.opened.push(part);
    this.mostOpen = Math.max(this.mostOpen, ++this.openNow);
    const pieces = [this.staged.get(part.content)?.subarray(0, part.from) ?? Buffer.alloc(0)];
    let writing = false;
    const hasher = new ContentHasher();
    if (pieces[0]) hasher.update(pieces[0]);
    return {
      write: async (bytes) => {
        if (writing) this.overlaps++;
        writing = true;
        await this.beforeWrite(part).finally(() => (writing = false));
        hasher.update(bytes);
        pieces.push(Buffer.from(bytes));
        this.staged.set(part.content, Buffer.concat(pieces));
      },
      finish: async () => {
        if (writing) this.overlaps++;
        this.openNow--;
        const whole = Buffer.concat(pieces);
        this.staged.delete(part.content);
        if (hasher.finish() !== part.content) throw new SynclineError('ContentMismatch');
        this.contents.set(part.content, whole);
      },
      abort: async () => {
        if (writing) this.overlaps++;
        this.openNow--;
        this.aborted++;
      },
    };
  }
}
