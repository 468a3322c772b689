import { STATE_FOLDER } from '../../../server/protocol/wirePath.ts';

/**
 * Names that are never synced, in any folder: git's own data and Syncline's own state. Spellings that some file system takes
 * for the same name count as well (case, characters that macOS ignores, the short name of Windows), because a peer that could
 * write `.GIT/hooks` would run code here.
 */
export function isAlwaysIgnored(name: string): boolean {
  if (name.length > LONGEST || !mayBe(name.charCodeAt(0))) return false;
  const plain = name.replace(INVISIBLE, '').toLowerCase();
  return plain === GIT_FOLDER || plain === STATE_FOLDER || plain === 'git~1';
}

/** By its first character: a dot, a `g`, or something that macOS may leave out. */
const mayBe = (first: number): boolean => first === 0x2e || first === 0x67 || first === 0x47 || first >= 0x200c;

const GIT_FOLDER = '.git';
const LONGEST = 40;

/** What HFS+ leaves out when it compares names. */
const INVISIBLE = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;
