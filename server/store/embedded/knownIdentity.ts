import type { BigIntStats } from 'node:fs';
import {
  encodeIdentity,
  identityOf,
  isRacy,
  isYoung,
  nowNs,
  type StatIdentity,
} from '../../protocol/disk/statIdentity.ts';

/**
 * How the index remembers what lstat said about a path when its entry was true: an encoded identity. One with a leading `~`
 * was racy: it proves that a file did change, but not that it did not, so the file is hashed once more when that matters.
 */
export type KnownIdentity = string;

/** Of a file whose bytes were read at `readAtNs`. */
export function knownIdentity(identity: StatIdentity, readAtNs: bigint): KnownIdentity {
  return `${isRacy(identity, readAtNs) ? '~' : ''}${encodeIdentity(identity)}`;
}

/**
 * Of a file that was just moved to its place and that nobody else could write to before. Whoever writes to it there sets the
 * time of the last write to that of the move, which ctime tells, or to a later one: it shows if the bytes were written in an
 * earlier tick than the file was moved in.
 */
export function ownIdentity(stat: BigIntStats): KnownIdentity {
  const identity = identityOf(stat);
  const { mtimeNs, ctimeNs } = identity;
  const wouldShow = ctimeNs > mtimeNs || !isYoung(mtimeNs, nowNs());
  return `${wouldShow ? '' : '~'}${encodeIdentity(identity)}`;
}

/** Of a file that was renamed, or whose mode was changed, while `known` was true of it: no truer than that. */
export const carriedIdentity = (known: KnownIdentity, stat: BigIntStats): KnownIdentity =>
  `${isUncertain(known) ? '~' : ''}${encodeIdentity(identityOf(stat))}`;

/** Whether the file has to be hashed to know that it has not changed. */
export const isUncertain = (known: KnownIdentity): boolean => known.startsWith('~');

/** Whether lstat says the same as it did, racy or not. */
export const looksSame = (known: KnownIdentity, identity: StatIdentity): boolean =>
  known.slice(isUncertain(known) ? 1 : 0) === encodeIdentity(identity);

/** Whether lstat proves that nothing has changed. */
export const provesSame = (known: KnownIdentity, identity: StatIdentity): boolean => known === encodeIdentity(identity);

export const modifiedAt = (identity: StatIdentity): number => Number(identity.mtimeNs / 1_000_000n);

/** By what a folder is recognised after another program has moved it; the time of birth tells apart a reused inode. */
export const folderInode = (stat: BigIntStats): string => `${stat.ino.toString(36)} ${stat.birthtimeNs}`;
