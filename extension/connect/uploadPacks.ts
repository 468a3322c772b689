import type { ContentId } from '../../server/protocol/contentId.ts';
import { isCompressedName } from './compressible.ts';
import type { UploadContent } from './serverClient.ts';

/** Contents that travel in one transfer. */
export interface UploadPack {
  readonly contents: readonly UploadContent[];
  /** Bytes to be sent, before compression. */
  readonly bytes: number;
  /** `sample`: look at the first bytes before deciding. */
  readonly compress: 'yes' | 'no' | 'sample';
}

/** A content larger than this travels alone. */
export const SMALL_BYTES = 256 * 1024;

/** A pack of small contents is closed at this size. */
export const PACK_BYTES = 1024 * 1024;

/** Less than about one network packet: compressing saves nothing. */
const ONE_PACKET = 1200;

/**
 * Divides contents into transfers: small ones packed, because together they compress far better and cost one answer; large
 * ones alone, so that a broken transfer resumes in the middle of them. Each content travels once, and empty ones not at all.
 */
export function* packContents(contents: Iterable<UploadContent>, maxContents: number): Generator<UploadPack> {
  const seen = new Set<ContentId>();
  const open = { yes: new OpenPack('yes', maxContents), no: new OpenPack('no', maxContents) };
  for (const content of contents) {
    const bytes = content.size - (content.from ?? 0);
    if (content.size === 0 || seen.has(content.content)) continue;
    seen.add(content.content);
    const compressed = isCompressedName(content.hint);
    if (bytes > SMALL_BYTES) yield { contents: [content], bytes, compress: compressed ? 'no' : 'sample' };
    else yield* open[compressed ? 'no' : 'yes'].add(content, bytes);
  }
  yield* open.yes.flush();
  yield* open.no.flush();
}

class OpenPack {
  readonly #compress: 'yes' | 'no';
  readonly #maxContents: number;
  #contents: UploadContent[] = [];
  #bytes = 0;

  constructor(compress: 'yes' | 'no', maxContents: number) {
    this.#compress = compress;
    this.#maxContents = maxContents;
  }

  *add(content: UploadContent, bytes: number): Generator<UploadPack> {
    if (this.#bytes + bytes > PACK_BYTES || this.#contents.length >= this.#maxContents) yield* this.flush();
    this.#contents.push(content);
    this.#bytes += bytes;
  }

  *flush(): Generator<UploadPack> {
    if (this.#contents.length === 0) return;
    const compress = this.#bytes <= ONE_PACKET ? 'no' : this.#compress;
    const pack = { contents: this.#contents, bytes: this.#bytes, compress };
    this.#contents = [];
    this.#bytes = 0;
    yield pack;
  }
}
