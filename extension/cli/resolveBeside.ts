import { constants, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { diskError } from '../../server/protocol/disk/diskError.ts';
import { type Entry, sameEntry } from '../../server/protocol/entry.ts';
import { SynclineError } from '../../server/protocol/errors.ts';
import { printable, type WirePath } from '../../server/protocol/wirePath.ts';
import { download } from '../connect/copy/download.ts';
import { uploadFile } from '../connect/copy/uploadFile.ts';
import { RemoteFiles } from '../connect/remoteFiles.ts';
import { storedConflicts } from '../sync/base/storedConflicts.ts';
import { besideName } from '../sync/besideName.ts';
import { OneDownloadSafety } from '../sync/local/downloadSafety.ts';
import { safetyPlace } from '../sync/local/safetyPlaces.ts';
import { requireMergeable } from '../sync/merge/mergeConflict.ts';
import type { Choice, Conflict } from '../sync/reconcile/conflict.ts';
import type { Cli } from './cli.ts';
import { mergeBeside } from './mergeBeside.ts';
import { openConnection } from './serverSession.ts';
import type { Target } from './targetSession.ts';

/**
 * Decides a conflict of a target that another process is keeping in sync: makes both sides hold the same, on the condition
 * that they still hold what the conflict says, and leaves it to that process to find that they agree.
 */
export async function resolveBeside(
  cli: Cli,
  { root, address, stateDirectory }: Target,
  options: { readonly tokenFile?: string },
  path: string,
  keep: Choice,
): Promise<void> {
  const conflict = findConflict(stateDirectory, path);
  const { mine, theirs, path: at } = conflict;
  const { signal } = cli;
  const safety = new OneDownloadSafety(safetyPlace(stateDirectory, root));
  const connection = openConnection(cli, address, { tokenFile: options.tokenFile, keepTrying: false });
  try {
    const files = new RemoteFiles(await connection.client({ signal }), address);
    const remotePath = files.resolveBelow(at);
    const there = (await files.find(remotePath, { signal }))?.entry ?? null;
    if (!sameEntry(there, theirs)) throw changed(at);
    if (keep === 'merge') {
      requireMergeable(conflict);
      const place = { root, share: address.share, connection, files, remotePath };
      return await mergeBeside(conflict, place, safety, signal);
    }
    requireFile(mine, at);
    requireFile(theirs, at);
    if (keep === 'mine') await uploadFile(files, join(root, at), remotePath, { signal, expect: theirs });
    else {
      if (keep === 'both') copyBeside(root, at);
      await download(files, root, new Map([[at, theirs]]), { signal, safety });
    }
  } finally {
    connection.close();
  }
}

function findConflict(stateDirectory: string, path: string): Conflict {
  const found = storedConflicts(stateDirectory).find((conflict) => conflict.path === path);
  if (!found) throw new SynclineError('NotFound', `There is no conflict at “${printable(path)}”.`);
  return found;
}

function requireFile(entry: Entry | null, path: WirePath): asserts entry is Extract<Entry, { kind: 'file' }> {
  if (entry?.kind === 'file') return;
  throw new SynclineError(
    'TargetBusy',
    `“${printable(path)}” is no file on both sides. End the running “syncline sync --watch” first, then decide this again.`,
  );
}

function copyBeside(root: string, path: WirePath): void {
  try {
    copyFileSync(join(root, path), join(root, besideName(path, new Date(), [])), constants.COPYFILE_EXCL);
  } catch (error) {
    throw diskError(error, `keep “${printable(path)}” beside`);
  }
}

const changed = (path: WirePath): SynclineError =>
  new SynclineError('Changed', `“${printable(path)}” has changed since; look at the conflict again.`, {
    data: { path },
  });
