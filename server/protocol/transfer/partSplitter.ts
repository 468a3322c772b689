import { SynclineError } from '../errors.ts';
import type { ContentPart } from '../messages/content.ts';
import { type ContentSink, type ContentWriter, MAX_OPEN_WRITERS } from './contentSink.ts';

/**
 * Cuts the decoded stream of a transfer into its contents. A content that lies whole in one piece is stored beside others;
 * one that goes on over several is written piece by piece, which holds the stream back.
 */
export class PartSplitter {
  readonly #parts: readonly ContentPart[];
  readonly #sink: ContentSink;
  readonly #open = new Set<ContentWriter>();
  readonly #storing = new Set<Promise<void>>();
  #index = 0;
  /** Of the part that is being written piece by piece. */
  #writer: ContentWriter | undefined;
  #written = 0;
  #bytes = 0;
  #error: unknown;

  constructor(parts: readonly ContentPart[], sink: ContentSink) {
    this.#parts = parts;
    this.#sink = sink;
  }

  /** Bytes taken so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Resolves when there is room for the next piece; `piece` may still be in use then, until `finish`. */
  async write(piece: Uint8Array): Promise<void> {
    this.#bytes += piece.byteLength;
    let rest = piece;
    while (rest.byteLength > 0) {
      const part = this.#parts[this.#index];
      if (!part) throw new SynclineError('ContentMismatch', 'More bytes came than were announced.');
      const run = this.#writer ? 0 : this.#wholeParts(rest.byteLength);
      if (run > 1 && this.#sink.storeAll) {
        rest = rest.subarray(await this.#storeRun(run, rest));
        continue;
      }
      const missing = part.size - part.from - this.#written;
      const bytes = rest.subarray(0, missing);
      rest = rest.subarray(bytes.byteLength);
      if (!this.#writer && bytes.byteLength === missing) {
        await this.#storeWhole(part, bytes);
        continue;
      }
      this.#writer ??= await this.#openWriter(part);
      await this.#writer.write(bytes);
      this.#written += bytes.byteLength;
      if (bytes.byteLength === missing) await this.#finishWriter(this.#writer);
    }
    this.#throwIfFailed();
  }

  /** The stream has ended: everything announced must be there. */
  async finish(): Promise<void> {
    for (let part = this.#parts[this.#index]; part; part = this.#parts[this.#index]) {
      if (this.#writer || part.size > part.from) {
        throw new SynclineError('ContentMismatch', 'Fewer bytes came than were announced.');
      }
      await this.#storeWhole(part, new Uint8Array());
    }
    await Promise.all(this.#storing);
    this.#throwIfFailed();
  }

  /** Gives up every content that has not been finished. */
  async abort(): Promise<void> {
    await Promise.all(this.#storing);
    await Promise.all([...this.#open].map((writer) => writer.abort()));
    this.#open.clear();
  }

  /** How many of the next parts lie whole in so many bytes. */
  #wholeParts(bytes: number): number {
    let [count, sum] = [0, 0];
    for (let part = this.#parts[this.#index]; part; part = this.#parts[this.#index + count]) {
      sum += part.size;
      if (part.from > 0 || sum > bytes) break;
      count++;
    }
    return count;
  }

  /** Tells how many bytes they were. */
  async #storeRun(count: number, bytes: Uint8Array): Promise<number> {
    const run = this.#parts.slice(this.#index, this.#index + count);
    const length = run.reduce((sum, { size }) => sum + size, 0);
    this.#index += count;
    await this.#sink.storeAll?.(run, bytes.subarray(0, length));
    return length;
  }

  async #storeWhole(part: ContentPart, bytes: Uint8Array): Promise<void> {
    if (this.#storing.size >= MAX_OPEN_WRITERS - 1) await Promise.race(this.#storing);
    this.#throwIfFailed();
    this.#index++;
    const storing = this.#store(part, bytes).catch((error: unknown) => {
      this.#error ??= error;
    });
    this.#storing.add(storing);
    void storing.then(() => this.#storing.delete(storing));
  }

  async #store(part: ContentPart, bytes: Uint8Array): Promise<void> {
    const writer = await this.#openWriter(part);
    if (bytes.byteLength > 0) await writer.write(bytes);
    await this.#finish(writer);
  }

  async #openWriter(part: ContentPart): Promise<ContentWriter> {
    const writer = await this.#sink.open(part);
    this.#open.add(writer);
    return writer;
  }

  async #finishWriter(writer: ContentWriter): Promise<void> {
    await this.#finish(writer);
    this.#writer = undefined;
    this.#written = 0;
    this.#index++;
  }

  /** From here on the writer looks after itself, also when it fails. */
  async #finish(writer: ContentWriter): Promise<void> {
    this.#open.delete(writer);
    await writer.finish();
  }

  #throwIfFailed(): void {
    if (this.#error) throw SynclineError.from(this.#error);
  }
}
