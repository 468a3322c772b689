import { createHash, hash } from 'node:crypto';

declare const contentIdBrand: unique symbol;

/** SHA-256 of a file's bytes, 64 lower-case hexadecimal digits. Identity of content everywhere in Syncline. */
export type ContentId = string & { readonly [contentIdBrand]: true };

const SHAPE = /^[0-9a-f]{64}$/;

export const isContentId = (value: unknown): value is ContentId => typeof value === 'string' && SHAPE.test(value);

/** The id of bytes that are in memory. */
export const contentIdOf = (bytes: Uint8Array): ContentId => hash('sha256', bytes, 'hex') as ContentId;

/** Computes an id piece by piece; `finish` may be called once. */
export class ContentHasher {
  readonly #hash = createHash('sha256');

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  finish(): ContentId {
    return this.#hash.digest('hex') as ContentId;
  }
}

/** The id of no bytes at all; an empty file never needs a transfer. */
export const EMPTY_CONTENT: ContentId = contentIdOf(new Uint8Array());
