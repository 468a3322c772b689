import { mkdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import * as l10n from '@vscode/l10n';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { Entry } from '../../../server/protocol/entry.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import type { CopyOptions } from '../../connect/copy/copyProgress.ts';
import { download, type DownloadSafety } from '../../connect/copy/download.ts';
import type { CopiedFolder } from '../../connect/copy/uploadFolder.ts';
import type { RemoteFiles } from '../../connect/remoteFiles.ts';

export interface DownloadPathOptions extends CopyOptions {
  /** Takes copies of files that are replaced below a folder here. */
  readonly safetyFor: (root: string) => DownloadSafety;
  /** Asked once when something here differs; false leaves everything alone. */
  readonly mayReplace: (question: string) => Promise<boolean>;
}

/**
 * Fetches a file, or a folder with all that is in it, to a local path.
 * @throws SynclineError `NotFound`, `Cancelled` when what is here may not be replaced
 */
export async function downloadPath(
  files: RemoteFiles,
  path: WirePath,
  to: string,
  options: DownloadPathOptions,
): Promise<CopiedFolder> {
  const { entry } = await files.stat(path);
  const isFolder = entry.kind === 'directory';
  const root = isFolder ? to : dirname(to);
  const wanted = isFolder ? await below(files, path) : new Map([[basename(to), entry]]);
  mkdirSync(root, { recursive: true });
  try {
    return await download(files, root, wanted, options);
  } catch (error) {
    if (SynclineError.from(error).code !== 'AlreadyExists') throw error;
    const question = isFolder
      ? l10n.t('Some files in “{0}” here differ from what the server has. Replace them?', basename(to))
      : l10n.t('“{0}” here differs from what the server has. Replace it?', basename(to));
    if (!(await options.mayReplace(question))) throw new SynclineError('Cancelled');
    return download(files, root, wanted, { ...options, safety: options.safetyFor(root) });
  }
}

async function below(files: RemoteFiles, path: WirePath): Promise<Map<string, Entry>> {
  const wanted = new Map<string, Entry>();
  for await (const page of files.tree(path))
    for (const { path: at, entry } of page) if (at !== path) wanted.set(at.slice(path.length + 1), entry);
  return wanted;
}
