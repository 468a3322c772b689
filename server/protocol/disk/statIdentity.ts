import type { BigIntStats } from 'node:fs';

/**
 * What the file system says about a file without reading it. Two equal identities mean "the same bytes" on the machine that
 * wrote them, except for a racy one (see {@link isRacy}). Never compared between machines and never sent over the wire.
 */
export interface StatIdentity {
  readonly ino: bigint;
  /** Bytes. */
  readonly size: number;
  /** Nanoseconds since 1970. */
  readonly mtimeNs: bigint;
  /** Nanoseconds since 1970. */
  readonly ctimeNs: bigint;
  /** Type and permission bits as lstat gives them. */
  readonly mode: number;
}

export function identityOf(stat: BigIntStats): StatIdentity {
  const { ino, size, mtimeNs, ctimeNs, mode } = stat;
  return { ino, size: Number(size), mtimeNs, ctimeNs, mode: Number(mode) };
}

export function sameIdentity(a: StatIdentity, b: StatIdentity): boolean {
  return (
    a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs && a.size === b.size && a.ino === b.ino && a.mode === b.mode
  );
}

/** How far apart two changes must be to surely get different time stamps: a kernel's tick (16 ms at most), or two seconds on FAT. */
const FINE_AGE_NS = 30_000_000n;
const COARSE_AGE_NS = 2_100_000_000n;

/**
 * git's racy rule: a file that changed just before it was read may change once more within the same tick of the file
 * system's clock, and keep its size and time stamps. Such an identity must not be trusted later without hashing again.
 * `readAtNs` is when the bytes were read, on the clock of the machine whose disk it is; a time stamp in the future is racy,
 * too. Time stamps in whole milliseconds are taken for those of a coarse file system.
 */
export function isRacy(identity: StatIdentity, readAtNs: bigint): boolean {
  return isYoung(identity.mtimeNs, readAtNs) || isYoung(identity.ctimeNs, readAtNs);
}

/** Whether a time stamp is too close to `atNs` to be told apart from a later one. */
export function isYoung(stampNs: bigint, atNs: bigint): boolean {
  return atNs - stampNs < (stampNs % 1_000_000n === 0n ? COARSE_AGE_NS : FINE_AGE_NS);
}

/**
 * Milliseconds to wait at `atNs` until whatever changes a file gets other time stamps than it has now, so that its content can
 * be read once and then be trusted. 0 when it can be trusted already, and when waiting does not help or takes too long: time
 * stamps in the future, or of a coarse file system.
 */
export function msUntilOld({ mtimeNs, ctimeNs }: StatIdentity, atNs: bigint): number {
  const youngest = mtimeNs > ctimeNs ? mtimeNs : ctimeNs;
  if (youngest > atNs || youngest % 1_000_000n === 0n || !isYoung(youngest, atNs)) return 0;
  return Math.ceil(Number(FINE_AGE_NS - (atNs - youngest)) / 1e6);
}

/** The clock that {@link isRacy} wants. */
export const nowNs = (): bigint => BigInt(Date.now()) * 1_000_000n;

/** One short text for an identity, for storing; equal texts are equal identities. */
export function encodeIdentity({ ino, size, mtimeNs, ctimeNs, mode }: StatIdentity): string {
  return `${ino.toString(36)} ${size.toString(36)} ${mtimeNs} ${ctimeNs} ${mode.toString(8)}`;
}

/** What {@link encodeIdentity} made; null for anything else, so that a damaged record only costs a hash. */
export function decodeIdentity(text: string): StatIdentity | null {
  const match = /^([0-9a-z]+) ([0-9a-z]+) (-?\d+) (-?\d+) ([0-7]+)$/.exec(text);
  if (!match) return null;
  const [, ino = '', size = '', mtimeNs = '', ctimeNs = '', mode = ''] = match;
  return {
    ino: parseBigInt36(ino),
    size: Number.parseInt(size, 36),
    mtimeNs: BigInt(mtimeNs),
    ctimeNs: BigInt(ctimeNs),
    mode: Number.parseInt(mode, 8),
  };
}

function parseBigInt36(digits: string): bigint {
  let value = 0n;
  for (const digit of digits) value = value * 36n + BigInt(Number.parseInt(digit, 36));
  return value;
}

/** Whether the file's owner may run it: the one mode bit that is synced. */
export const isExecutable = (identity: StatIdentity): boolean => (identity.mode & 0o100) !== 0;
