import * as compute from '../../../server/protocol/messages/compute.ts';
import type { DefineCommand } from '../cli.ts';
import { examples } from '../cli.ts';
import { type ServerOptions, withServer, withServerOptions } from '../serverSession.ts';
import { readLines } from '../valueInput.ts';

interface AddOptions extends ServerOptions {
  readonly input?: string;
}

export const define: DefineCommand = (command, cli) => {
  withServerOptions(command.argument('[number...]', 'what to add; none gives 0'))
    .option('-i, --input <file>', 'read the numbers from a file, one per line; “-” for standard input')
    .addHelpText(
      'after',
      WHAT + examples('syncline add 40 2', 'syncline add 0.1 0.2', 'seq 1 100000 | syncline add --input -'),
    )
    .action((numbers: string[], { input, ...options }: AddOptions) =>
      withServer(cli, options, async ({ client }) => {
        const values = input === undefined ? numbers : [...numbers, ...(await readLines(cli, input))];
        const { result } = await client.request(compute.add, { values }, { signal: cli.signal });
        cli.out.result({ result }, String(result));
      }),
    );
};

const WHAT = `
Whole numbers of any size are added exactly; with fractions the sum is the nearest that a double can hold.
`;
