import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { printable } from '../../../server/protocol/wirePath.ts';
import { uploadFile } from '../../connect/copy/uploadFile.ts';
import { uploadFolder } from '../../connect/copy/uploadFolder.ts';
import type { Cli, DefineCommand } from '../cli.ts';
import { examples } from '../cli.ts';
import { reportFolder } from '../copyReport.ts';
import { folderIgnore } from '../folderIgnore.ts';
import { formatBytes } from '../output/format.ts';
import { progressBar } from '../output/progressBar.ts';
import { type ServerOptions, type ServerSession, withServer, withServerOptions } from '../serverSession.ts';

interface PutOptions extends ServerOptions {
  readonly recursive?: boolean;
}

export const define: DefineCommand = (command, cli) => {
  withServerOptions(command.argument('<local>', 'file or folder here').argument('[path]', 'where to on the server'))
    .option('-r, --recursive', 'upload a folder with everything in it that is not ignored')
    .addHelpText(
      'after',
      WHAT +
        examples(
          'syncline put report.pdf docs/report.pdf',
          'syncline put report.pdf docs/',
          'syncline put -r site www',
        ),
    )
    .action((local: string, path: string | undefined, options: PutOptions) =>
      withServer(cli, options, (session) => put(cli, session, local, path, options)),
    );
};

const WHAT = `
What the server holds at the path is replaced and stays in the history. If it changes between the look
and the upload, nothing is overwritten. A path that ends in “/” names the folder to put it into.
`;

async function put(
  cli: Cli,
  { files }: ServerSession,
  local: string,
  path: string | undefined,
  options: PutOptions,
): Promise<void> {
  const { out, signal } = cli;
  const from = resolve(cli.cwd, local);
  const folder = statSync(from, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (folder && !options.recursive) {
    throw new SynclineError(
      'NotAFile',
      `“${printable(local)}” is a folder; add -r to upload it with everything in it.`,
    );
  }
  const target = path === undefined || path.endsWith('/') ? `${path ?? ''}${basename(from)}` : path;
  const progress = progressBar(out, 'Uploading');
  const watched = { signal, onTotal: progress.total, onProgress: progress.add };
  try {
    if (folder) {
      const to = files.resolve(target);
      const copied = await uploadFolder(files, from, to, { ...watched, skip: folderIgnore(from) });
      progress.stop();
      return reportFolder(cli, 'uploaded', copied);
    }
    const to = files.resolveBelow(target);
    const { entry, changed, rev } = await uploadFile(files, from, to, watched);
    progress.stop();
    const shown = files.shown(to);
    out.result(
      { event: 'uploaded', path: shown, changed, content: entry.content, size: entry.size, rev },
      changed ? `${printable(shown)}: ${formatBytes(entry.size)} uploaded` : `${printable(shown)}: unchanged`,
    );
  } finally {
    progress.stop();
  }
}
