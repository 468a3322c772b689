import { basename } from 'node:path';
import * as l10n from '@vscode/l10n';
import { hashFile } from '../../../server/protocol/disk/hashFile.ts';
import { isExecutable } from '../../../server/protocol/disk/statIdentity.ts';
import { type Entry, type FileEntry, sameEntry } from '../../../server/protocol/entry.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import type { CopyOptions } from '../../connect/copy/copyProgress.ts';
import { fileContent } from '../../connect/fileContent.ts';
import type { RemoteFiles } from '../../connect/remoteFiles.ts';

export interface UploadOneOptions extends CopyOptions {
  /** What both sides last agreed on, where that is known: replacing it overwrites nothing that was not seen here. */
  readonly base: Entry | null;
  /** Asked when the server holds something else; false leaves it alone. */
  readonly mayReplace: () => Promise<boolean>;
}

/**
 * Puts one local file at a path of the share, in place of exactly what the server was seen to hold before the question.
 * @throws SynclineError `Cancelled` when it may not be replaced, `NotAFile` for a folder on the server, `Changed`
 */
export async function uploadOne(
  files: RemoteFiles,
  local: string,
  path: WirePath,
  options: UploadOneOptions,
): Promise<{ readonly changed: boolean; readonly size: number }> {
  const name = basename(local);
  const [{ content, size, identity }, found] = await Promise.all([
    hashFile(local, name, options.signal),
    files.find(path),
  ]);
  const current = found?.entry ?? null;
  if (current?.kind === 'directory')
    throw new SynclineError('NotAFile', l10n.t('“{0}” is a folder on the server; it was left alone.', path));
  const entry: FileEntry = { kind: 'file', content, size, executable: isExecutable(identity) };
  if (sameEntry(entry, current)) return { changed: false, size };
  if (current && !sameEntry(current, options.base) && !(await options.mayReplace()))
    throw new SynclineError('Cancelled');
  options.onTotal?.(size);
  try {
    await files.put(path, entry, fileContent(local, name, entry), current, options);
  } catch (error) {
    // automatic sync may have been faster with the same file
    const now = SynclineError.from(error).code === 'Changed' ? (await files.find(path))?.entry : undefined;
    if (!now || !sameEntry(now, entry)) throw error;
  }
  return { changed: true, size };
}
