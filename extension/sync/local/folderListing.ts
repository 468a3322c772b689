import type { WalkedChild } from '../../../server/protocol/disk/walkDirectory.ts';
import type { StatIdentity } from '../../../server/protocol/disk/statIdentity.ts';

/**
 * What a look found directly in a folder: each name and its kind, the target of a link, the whole identity of a file. Two equal
 * listings mean that every file holds the same bytes, as two equal identities do ({@link StatIdentity}), as long as none of them was
 * racy when it was read.
 */
export interface Listing {
  readonly names: string;
  /** Of the files, in the order of their names; {@link NUMBERS} numbers of eight bytes each, as this machine writes them. */
  readonly stamps: Uint8Array;
}

/** Inode, size, both times, mode. */
const NUMBERS = 5;

/**
 * Makes listings without an object for each file: asked for each folder of a tree, it has to cost less than what it saves. The
 * stamps of a listing are void when the next one is made; {@link keepListing} makes them last.
 */
export class ListingMaker {
  #integers = new BigInt64Array(NUMBERS * 256);
  #numbers = new Float64Array(this.#integers.buffer);

  /** `children`: by name, as a walk gives them. */
  listingOf(children: readonly WalkedChild[]): Listing {
    if (children.length * NUMBERS > this.#integers.length) {
      this.#integers = new BigInt64Array(NUMBERS * 2 * children.length);
      this.#numbers = new Float64Array(this.#integers.buffer);
    }
    let names = '';
    let at = 0;
    for (const { name, kind, identity, target } of children) {
      names += kind === 'file' ? `${name}\0` : `${name}/${target ?? ''}\0`;
      if (kind === 'file') at = this.#stamp(identity, at);
    }
    return { names, stamps: new Uint8Array(this.#integers.buffer, 0, at * 8) };
  }

  #stamp({ ino, size, mtimeNs, ctimeNs, mode }: StatIdentity, at: number): number {
    this.#integers[at] = ino;
    this.#integers[at + 1] = mtimeNs;
    this.#integers[at + 2] = ctimeNs;
    this.#numbers[at + 3] = size;
    this.#numbers[at + 4] = mode;
    return at + NUMBERS;
  }
}

export const keepListing = ({ names, stamps }: Listing): Listing => ({ names, stamps: stamps.slice() });

export const sameListing = (a: Listing, b: Listing): boolean =>
  a.stamps.length === b.stamps.length && a.names === b.names && Buffer.compare(a.stamps, b.stamps) === 0;
