import { statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Entry } from '../../../server/protocol/entry.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { diskError } from '../../../server/protocol/disk/diskError.ts';
import { nameOf, printable, type WirePath } from '../../../server/protocol/wirePath.ts';
import { download, type DownloadOptions, type Wanted } from '../../connect/copy/download.ts';
import type { RemoteFiles } from '../../connect/remoteFiles.ts';
import type { Cli, DefineCommand } from '../cli.ts';
import { examples } from '../cli.ts';
import { reportFolder } from '../copyReport.ts';
import { formatBytes } from '../output/format.ts';
import { progressBar } from '../output/progressBar.ts';
import { stateHome } from '../stateHome.ts';
import { OneDownloadSafety } from '../../sync/local/downloadSafety.ts';
import { downloadPlace } from '../../sync/local/safetyPlaces.ts';
import { type ServerOptions, type ServerSession, withServer, withServerOptions } from '../serverSession.ts';
import { makeFolders } from '../../../server/protocol/disk/makeFolders.ts';

interface GetOptions extends ServerOptions {
  readonly force?: boolean;
}

export const define: DefineCommand = (command, cli) => {
  withServerOptions(command.argument('<path>', 'file or folder on the server').argument('[local]', 'where to'))
    .option('-f, --force', 'replace files here that differ; a copy of each is kept')
    .addHelpText(
      'after',
      WHAT +
        examples('syncline get docs/report.pdf', 'syncline get docs/report.pdf /tmp/r.pdf', 'syncline get . backup'),
    )
    .action((path: string, local: string | undefined, options: GetOptions) =>
      withServer(cli, options, (session) => get(cli, session, path, local, options)),
    );
};

const WHAT = `
A folder comes with everything in it. A file appears whole and verified, or not at all.
`;

async function get(
  cli: Cli,
  { files }: ServerSession,
  text: string,
  local: string | undefined,
  options: GetOptions,
): Promise<void> {
  const { out, signal, cwd } = cli;
  const path = files.resolve(text);
  const { entry, name } = await lookUp(files, path, signal);
  const progress = progressBar(out, 'Downloading');
  let safety: OneDownloadSafety | undefined;
  const watchedIn = (root: string): DownloadOptions => {
    if (options.force) safety = new OneDownloadSafety(downloadPlace(stateHome(cli.env), root));
    return { signal, onTotal: progress.total, onProgress: progress.add, ...(safety && { safety }) };
  };
  try {
    if (entry.kind === 'directory') {
      const root = folderFor(resolve(cwd, local ?? needName(name)));
      const copied = await download(files, root, await below(files, path, signal), watchedIn(root));
      progress.stop();
      reportFolder(cli, 'downloaded', copied);
    } else {
      const to = destination(resolve(cwd, local ?? name), local?.endsWith('/') ?? false, name);
      const wanted = new Map([[basename(to), entry]]);
      const { problems, copied } = await download(files, dirname(to), wanted, watchedIn(dirname(to)));
      progress.stop();
      const [problem] = problems;
      if (problem) throw new SynclineError(problem.code, problem.message);
      const size = entry.kind === 'file' ? entry.size : 0;
      const event = { event: 'downloaded', path: files.shown(path as WirePath), local: to, changed: copied > 0, size };
      const shown = printable(local ?? name);
      out.result(event, copied > 0 ? `${shown}: ${formatBytes(size)} downloaded` : `${shown}: unchanged`);
    }
    if (safety?.folder) {
      out.note(`What was replaced here is kept in ${safety.folder}.`);
      out.note('“syncline safety” lists it and puts it back.');
    }
  } finally {
    progress.stop();
  }
}

async function lookUp(
  files: RemoteFiles,
  path: WirePath | undefined,
  signal: AbortSignal,
): Promise<{ entry: Entry; name: string }> {
  if (path === undefined) return { entry: { kind: 'directory' }, name: '' };
  return { entry: (await files.stat(path, { signal })).entry, name: nameOf(path) };
}

async function below(files: RemoteFiles, path: WirePath | undefined, signal: AbortSignal): Promise<Wanted> {
  const wanted = new Map<string, Entry>();
  const prefix = path === undefined ? 0 : path.length + 1;
  for await (const page of files.tree(path, { signal })) {
    for (const { path: at, entry } of page) if (at.length > prefix) wanted.set(at.slice(prefix), entry);
  }
  return wanted;
}

/** Into a folder that exists, under the name it has on the server; anywhere else under the name given. */
function destination(to: string, intoFolder: boolean, name: string): string {
  const isFolder = statSync(to, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const path = isFolder || intoFolder ? join(to, name) : to;
  folderFor(dirname(path));
  return path;
}

function folderFor(path: string): string {
  try {
    makeFolders(path);
    return path;
  } catch (error) {
    throw diskError(error, `make the folder ${path}`);
  }
}

function needName(name: string): string {
  if (name !== '') return name;
  throw new SynclineError('Usage', 'Say where to: syncline get . LOCAL');
}
