import { type Hash, hash } from 'node:crypto';

/**
 * A stretch of a content, by what it holds: a chunk, or a group of chunks that follow each other. Ids only say what may be
 * worth reusing; what was put together is believed when its content id is right, and not before.
 */
export interface Piece {
  /** The first 16 bytes of a SHA-256, in base64url: 22 characters. */
  readonly id: string;
  /** Bytes. */
  readonly size: number;
}

/** A run of chunks: `chunks[first]` up to, not including, `chunks[first + count]`. */
export interface Group extends Piece {
  readonly first: number;
  readonly count: number;
}

const ID_BYTES = 16;

/** Chunks of one group: 64 on average. */
const MAX_GROUP = 256;

export function pieceIdOf(source: Uint8Array | Hash): string {
  const digest = source instanceof Uint8Array ? hash('sha256', source, 'buffer') : source.digest();
  return digest.toString('base64url', 0, ID_BYTES);
}

/**
 * The list of chunks, cut in its turn where it says so itself: a group ends behind a chunk whose id begins with A. So two lists
 * that differ in a few places have nearly all groups in common, and a short list of groups stands for a long one of chunks.
 */
export function groupsOf(chunks: readonly Piece[]): Group[] {
  const groups: Group[] = [];
  let first = 0;
  chunks.forEach(({ id }, index) => {
    if (!id.startsWith('A') && index + 1 - first < MAX_GROUP && index + 1 < chunks.length) return;
    groups.push(groupOf(chunks, first, index + 1));
    first = index + 1;
  });
  return groups;
}

function groupOf(chunks: readonly Piece[], first: number, end: number): Group {
  const members = chunks.slice(first, end);
  const text = members.map(({ id, size }) => `${id} ${size}\n`).join('');
  const size = members.reduce((sum, each) => sum + each.size, 0);
  return { id: pieceIdOf(Buffer.from(text)), size, first, count: members.length };
}
