import { relative, resolve } from 'node:path';
import { explanationText } from '../../sync/explanation.ts';
import type { DefineCommand } from '../cli.ts';
import { examples } from '../cli.ts';
import { readTarget, type TargetOptions, withTarget, withTargetOptions } from '../targetSession.ts';

export const define: DefineCommand = (command, cli) => {
  withTargetOptions(command)
    .argument('<path>', 'the file or folder, as seen from the synced folder or from here')
    .addHelpText('after', examples('syncline explain ./work ws://127.0.0.1:4848/files node_modules'))
    .action(async (local: string, target: string, path: string, options: TargetOptions) => {
      const place = readTarget(cli, local, target);
      const inside = pathInside(place.root, resolve(cli.cwd, path)) ?? path;
      await withTarget(cli, place, options, async ({ sync }) => {
        const explanation = await sync.explain(inside, cli.signal);
        cli.out.result(explanation, explanationText(explanation));
      });
    });
};

/** A path that leads into the synced folder, relative to it. */
function pathInside(root: string, path: string): string | undefined {
  const inside = relative(root, path);
  return inside === '' || inside.startsWith('..') ? undefined : inside;
}
