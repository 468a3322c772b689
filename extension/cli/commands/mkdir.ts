import { printable } from '../../../server/protocol/wirePath.ts';
import type { DefineCommand } from '../cli.ts';
import { examples } from '../cli.ts';
import { type ServerOptions, withServer, withServerOptions } from '../serverSession.ts';

export const define: DefineCommand = (command, cli) => {
  withServerOptions(command.argument('<path...>', 'folders to make, with the folders they lie in'))
    .addHelpText('after', examples('syncline mkdir docs/2026'))
    .action((texts: string[], options: ServerOptions) =>
      withServer(cli, options, async ({ files }) => {
        for (const path of texts.map((text) => files.resolveBelow(text))) {
          const rev = await files.makeDirectory(path, { signal: cli.signal });
          const shown = files.shown(path);
          cli.out.result({ event: 'madeDirectory', path: shown, rev }, `${printable(shown)}: made`);
        }
      }),
    );
};
