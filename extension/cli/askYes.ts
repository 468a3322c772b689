import { createInterface } from 'node:readline/promises';
import type { Cli } from './cli.ts';

/** Only a person at a terminal can be asked; everybody else has said no by not saying --yes. An abort is a no as well. */
export async function askYes(
  { out, stdin }: Pick<Cli, 'out' | 'stdin'>,
  message: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (!out.interactive || !('isTTY' in stdin) || stdin.isTTY !== true) return false;
  const question = createInterface({
    input: stdin as unknown as NodeJS.ReadableStream,
    output: out.stderr as NodeJS.WritableStream,
  });
  try {
    return /^y(es)?$/i.test((await question.question(`${message}\nDo it all the same? [y/N] `, { signal })).trim());
  } finally {
    question.close();
  }
}
