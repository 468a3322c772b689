import { statSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { diskError } from '../../../server/protocol/disk/diskError.ts';
import { hashFile } from '../../../server/protocol/disk/hashFile.ts';
import { isExecutable } from '../../../server/protocol/disk/statIdentity.ts';
import { type Entry, type FileEntry, sameEntry } from '../../../server/protocol/entry.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { ListRow } from '../../../server/protocol/messages/files.ts';
import { printable, type WirePath } from '../../../server/protocol/wirePath.ts';
import { fileContent } from '../fileContent.ts';
import type { RemoteFiles } from '../remoteFiles.ts';
import type { CopyOptions } from './copyProgress.ts';

export interface UploadedFile {
  readonly entry: FileEntry;
  /** False: the share held exactly this already, and nothing was sent. */
  readonly changed: boolean;
  readonly rev: number;
}

/**
 * Puts one local file at a path of the share, replacing what `find` shows there now and nothing that arrives meanwhile.
 * A link on the local side stands for the file that it leads to.
 *
 * @throws SynclineError `NotFound`, `NotAFile` or `AccessDenied` for the local file, `NotAFile` where the share has a folder,
 * `Changed` when either side changed meanwhile.
 */
export async function uploadFile(
  files: RemoteFiles,
  local: string,
  path: WirePath,
  options: CopyOptions & { /** What must be there, instead of whatever is. */ readonly expect?: Entry } = {},
): Promise<UploadedFile> {
  const { signal, expect } = options;
  const [{ file, entry }, found] = await Promise.all([readEntry(local, signal), files.find(path, { signal })]);
  if (expect && !sameEntry(found?.entry, expect)) throw new SynclineError('Changed', undefined, { data: { path } });
  if (found?.entry.kind === 'directory') throw folderInTheWay(path);
  if (found && sameEntry(found.entry, entry)) return { entry, changed: false, rev: found.rev };
  options.onTotal?.(entry.size);
  try {
    const replaces = found?.entry.kind === 'file' ? found.entry.content : undefined;
    const source = fileContent(file, local, { ...entry, replaces });
    const rev = await files.put(path, entry, source, entryOf(found), options);
    return { entry, changed: true, rev };
  } catch (error) {
    throw explainMismatch(error, local);
  }
}

async function readEntry(local: string, signal?: AbortSignal): Promise<{ file: string; entry: FileEntry }> {
  const file = await realpath(local).catch((error: unknown) => {
    throw diskError(error, `read “${printable(local)}”`);
  });
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) {
    throw new SynclineError('NotAFile', `“${printable(local)}” is a folder; a file was expected.`);
  }
  const { content, size, identity } = await hashFile(file, local, signal);
  return { file, entry: { kind: 'file', content, size, executable: isExecutable(identity) } };
}

const entryOf = (found: ListRow | null): ListRow['entry'] | null => found?.entry ?? null;

const folderInTheWay = (path: WirePath): SynclineError =>
  new SynclineError('NotAFile', `“${printable(path)}” on the server is a folder; nothing was overwritten.`, {
    data: { path },
  });

/** Bytes that are not what was announced mean that the file was written to while it was sent. */
function explainMismatch(error: unknown, local: string): SynclineError {
  const failure = SynclineError.from(error);
  if (failure.code !== 'ContentMismatch') return failure;
  return new SynclineError(
    'Changed',
    `“${printable(local)}” was written to while it was being sent; nothing was stored. Try again when it is finished.`,
    { cause: failure },
  );
}
