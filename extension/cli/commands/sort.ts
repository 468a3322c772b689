import { Option } from 'commander';
import * as compute from '../../../server/protocol/messages/compute.ts';
import type { ServerClient } from '../../connect/serverClient.ts';
import type { ParamsOf } from '../../../server/protocol/messages/message.ts';
import type { DefineCommand } from '../cli.ts';
import { examples } from '../cli.ts';
import { type ServerOptions, withServer, withServerOptions } from '../serverSession.ts';
import { readLines } from '../valueInput.ts';
import { sortValues } from '../sortValues.ts';

type ComputeValue = compute.ComputeValue;
type SortParams = ParamsOf<typeof compute.sort>;

interface SortOptions extends ServerOptions {
  readonly input?: string;
  readonly order?: SortParams['order'];
  readonly collation?: SortParams['collation'];
  readonly unique?: boolean;
  readonly text?: boolean;
  readonly lines?: boolean;
}

export const define: DefineCommand = (command, cli) => {
  withServerOptions(command.argument('[value...]', 'numbers, or texts'))
    .option('-i, --input <file>', 'read the values from a file, one per line; “-” for standard input')
    .addOption(
      new Option('--order <order>', 'which comes first').choices(['ascending', 'descending']).default('ascending'),
    )
    .addOption(
      new Option(
        '--collation <kind>',
        'how texts compare: by code point, file2 before file10, a before B, or as numbers',
      ).choices(['codepoint', 'natural', 'locale', 'numeric']),
    )
    .option('-u, --unique', 'each value once')
    .option('--text', 'take the values for texts even where they look like numbers')
    .option('--lines', 'print one value per line')
    .addHelpText(
      'after',
      WHAT +
        examples(
          'syncline sort 10 9 2',
          'syncline sort --order descending pear apple fig',
          'syncline sort --collation natural --lines --input names.txt',
        ),
    )
    .action((given: string[], options: SortOptions) =>
      withServer(cli, options, async ({ client }) => {
        const { input, order, unique, lines } = options;
        const texts = input === undefined ? given : [...given, ...(await readLines(cli, input))];
        const params: SortParams = {
          ...sortValues(texts, options),
          ...(order && { order }),
          ...(unique && { unique }),
        };
        const result = await sorted(client, params, cli.signal);
        cli.out.result({ result }, result.map(String).join(lines ? '\n' : ' '));
      }),
    );
};

/** More numbers than this travel as bytes. */
const MANY = 10_000;

async function sorted(client: ServerClient, params: SortParams, signal: AbortSignal): Promise<readonly ComputeValue[]> {
  const { values, order, unique } = params;
  if (values.length <= MANY || !values.every((value) => typeof value === 'number'))
    return (await client.request(compute.sort, params, { signal })).result;
  const numbers = await client.sortNumbers(Float64Array.from(values), { order, signal });
  return Array.from(unique ? numbers.filter((value, index) => index === 0 || value !== numbers[index - 1]) : numbers);
}

const WHAT = `
Values that all look like numbers are sorted as numbers; a text among numbers is refused. The values come
on one line, separated by spaces, unless --lines is given.
`;
