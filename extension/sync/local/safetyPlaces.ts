import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { diskError, isMissing } from '../../../server/protocol/disk/diskError.ts';
import { namesIn } from '../../../server/protocol/disk/namesIn.ts';
import { makeFolders } from '../../../server/protocol/disk/makeFolders.ts';
import { type SafetySession, safetySessions } from './safetyList.ts';
import { targetStateDirectory } from '../targetState.ts';

/** A local folder, and where copies are kept of what was replaced or deleted in it. */
export interface SafetyPlace {
  readonly root: string;
  readonly stateDirectory: string;
  /** Of the copies. */
  readonly folder: string;
}

/** Says whose state it is; its name alone does not. */
const NOTE = 'folder';

/** The place of a target's safety copies, which from now on is found by {@link safetyPlaces}. */
export function safetyPlace(stateDirectory: string, root: string): SafetyPlace {
  try {
    const note = join(stateDirectory, NOTE);
    makeFolders(stateDirectory, 0o700);
    if (read(note) !== root) writeFileSync(note, root, { mode: 0o600 });
  } catch (error) {
    throw diskError(error, `note which folder ${stateDirectory} is for`);
  }
  return { root, stateDirectory, folder: join(stateDirectory, 'safety') };
}

/** The one for what is fetched into a folder beside any target. */
export const downloadPlace = (stateHome: string, root: string): SafetyPlace =>
  safetyPlace(targetStateDirectory(stateHome, root, ''), root);

/** Every place that a program has kept anything in. */
export function safetyPlaces(stateHome: string): SafetyPlace[] {
  const targets = join(stateHome, 'targets');
  const places: SafetyPlace[] = [];
  for (const name of namesIn(targets)) {
    const stateDirectory = join(targets, name);
    const root = read(join(stateDirectory, NOTE));
    if (root !== undefined) places.push({ root, stateDirectory, folder: join(stateDirectory, 'safety') });
  }
  return places;
}

export interface Kept {
  readonly place: SafetyPlace;
  readonly session: SafetySession;
}

/** What was kept of the folders that are wanted, the newest first. */
export function keptIn(stateHome: string, isWanted: (root: string) => boolean): Kept[] {
  return safetyPlaces(stateHome)
    .filter(({ root }) => isWanted(root))
    .flatMap((place) => safetySessions(place.folder).map((session) => ({ place, session })))
    .sort((a, b) => b.session.at - a.session.at);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
