import * as files from '../../../server/protocol/messages/files.ts';
import { printable, type WirePath } from '../../../server/protocol/wirePath.ts';
import type { Cli, DefineCommand } from '../cli.ts';
import { examples } from '../cli.ts';
import { describeEntry } from '../entryText.ts';
import { EXIT } from '../exitStatus.ts';
import { plural } from '../output/format.ts';
import { type ServerOptions, type ServerSession, withServer, withServerOptions } from '../serverSession.ts';

export const define: DefineCommand = (command, cli) => {
  withServerOptions(command.argument('[path]', 'folder on the server', '.'))
    .addHelpText('after', WHAT + examples('syncline verify', 'syncline verify src --json'))
    .action((path: string, options: ServerOptions) =>
      withServer(cli, options, (session) => verify(cli, session, path)),
    );
};

const WHAT = `
The server reads every file again and compares it with its index; what differs is taken into the index.
`;

/** Files the server reads for one answer. */
const PAGE = 1000;

async function verify({ out, signal, exitWith }: Cli, session: ServerSession, text: string): Promise<void> {
  const { client, address, files: remote } = session;
  const dir = remote.resolve(text);
  let after: WirePath | undefined;
  let checked = 0;
  let drifted = 0;
  do {
    const page = await client.request(files.verify, { share: address.share, dir, after, limit: PAGE }, { signal });
    checked += page.checked;
    drifted += page.drift.length;
    for (const { path, indexed, found } of page.drift) {
      const shown = remote.shown(path);
      const line = `${printable(shown)}: the index said ${describeEntry(indexed)}, the disk holds ${describeEntry(found)}`;
      out.result({ event: 'drift', path: shown, indexed, found }, line);
    }
    after = page.after ?? undefined;
  } while (after !== undefined);
  const verdict =
    drifted === 0 ? 'all as the index says' : `${drifted.toLocaleString('en-US')} differed from the index`;
  out.result({ event: 'verified', checked, drift: drifted }, `${plural(checked, 'path')} checked, ${verdict}`);
  if (drifted > 0) exitWith(EXIT.remaining);
}
