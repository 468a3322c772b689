import { SynclineError } from '../errors.ts';
import type { ContentPart, Stretch } from '../messages/content.ts';
import type { ContentSink, ContentWriter } from './contentSink.ts';

export interface Filling<S extends Stretch> {
  /** The content that is put together. */
  readonly part: ContentPart;
  readonly stretches: readonly S[];
  /** The bytes of a stretch from where this side holds them; exactly its length. */
  readonly read: (stretch: S) => AsyncIterable<Uint8Array>;
  /** Told of what comes between the stretches. */
  readonly onStreamed?: (bytes: Uint8Array) => void;
  readonly signal?: AbortSignal | undefined;
}

/** How a content with left out stretches is announced to whoever moves the stream: as one that is only so long. */
export function streamedPart({ content, size, from }: ContentPart, stretches: readonly Stretch[]): ContentPart {
  return { content, size: size - stretches.reduce((sum, { length }) => sum + length, 0), from };
}

/** @throws SynclineError `InvalidParams` unless the stretches are in order and within the one content of the transfer. */
export function checkStretches(
  parts: readonly ContentPart[],
  stretches: readonly Stretch[],
  field: string,
): ContentPart {
  const [part] = parts;
  const fault = (what: string): SynclineError =>
    new SynclineError('InvalidParams', `Stretches of a content that are left out ${what}.`, { data: { field } });
  if (!part || parts.length !== 1) throw fault('belong to a transfer of one content');
  let end = part.from;
  for (const { at, length } of stretches) {
    if (at < end) throw fault('have to be in order, without overlaps, behind what is there');
    end = at + length;
    if (end > part.size) throw fault('have to lie within the content');
  }
  return part;
}

/**
 * A sink for one content whose stream leaves out what this side holds already: puts that in its places, and hands everything
 * on in order, so that the sink behind it sees an ordinary content and checks it as a whole.
 */
export class FillingSink<S extends Stretch> implements ContentSink {
  readonly #sink: ContentSink;
  readonly #filling: Filling<S>;

  constructor(sink: ContentSink, filling: Filling<S>) {
    this.#sink = sink;
    this.#filling = filling;
  }

  async open(): Promise<ContentWriter> {
    return new FillingWriter(await this.#sink.open(this.#filling.part), this.#filling);
  }
}

class FillingWriter<S extends Stretch> implements ContentWriter {
  readonly #writer: ContentWriter;
  readonly #filling: Filling<S>;
  #at: number;
  #next = 0;

  constructor(writer: ContentWriter, filling: Filling<S>) {
    this.#writer = writer;
    this.#filling = filling;
    this.#at = filling.part.from;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0; ) {
      await this.#fill();
      const until = this.#filling.stretches[this.#next]?.at ?? Infinity;
      const piece = rest.subarray(0, Math.min(rest.length, until - this.#at));
      await this.#writer.write(piece);
      this.#filling.onStreamed?.(piece);
      this.#at += piece.length;
      rest = rest.subarray(piece.length);
    }
  }

  async finish(): Promise<void> {
    try {
      await this.#fill();
    } catch (error) {
      await this.#writer.abort();
      throw error;
    }
    await this.#writer.finish();
  }

  abort(): Promise<void> {
    return this.#writer.abort();
  }

  /** Whatever belongs here, from what this side holds. */
  async #fill(): Promise<void> {
    const { stretches, read, signal } = this.#filling;
    for (let due = stretches[this.#next]; due?.at === this.#at; due = stretches[++this.#next]) {
      const end = due.at + due.length;
      for await (const bytes of read(due)) {
        signal?.throwIfAborted();
        await this.#writer.write(bytes);
        this.#at += bytes.length;
      }
      if (this.#at !== end) throw new SynclineError('ContentGone');
    }
  }
}
