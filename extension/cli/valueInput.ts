import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { diskError } from '../../server/protocol/disk/diskError.ts';
import { SynclineError } from '../../server/protocol/errors.ts';
import { MAX_MESSAGE_BYTES } from '../../server/protocol/limits.ts';
import { printable } from '../../server/protocol/wirePath.ts';
import type { Cli } from './cli.ts';

/** The lines of a file, or of standard input for `-`; the end of the last line makes no line of its own. */
export async function readLines({ cwd, stdin }: Pick<Cli, 'cwd' | 'stdin'>, input: string): Promise<string[]> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of input === '-'
      ? stdin
      : (createReadStream(resolve(cwd, input)) as AsyncIterable<Uint8Array>)) {
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size > MAX_MESSAGE_BYTES) throw tooLarge(input);
    }
  } catch (error) {
    throw diskError(error, `read “${printable(input)}”`);
  }
  const lines = Buffer.concat(chunks).toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
}

const tooLarge = (input: string): SynclineError =>
  new SynclineError(
    'TooLarge',
    `“${printable(input)}” holds more than one call can carry (${MAX_MESSAGE_BYTES / 1024 / 1024} MiB). Put it into the share ` +
      'and use: syncline jobs submit sort-file \'{"share":"files","path":"IN","to":"OUT"}\'',
  );
