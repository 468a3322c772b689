import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { SynclineError } from '../../server/protocol/errors.ts';
import { errnoOf } from '../../server/protocol/disk/diskError.ts';

/** The token from `--token-file` or SYNCLINE_TOKEN, in this order; never from the command line, which others can read. */
export function readToken(
  tokenFile: string | undefined,
  cli: { readonly env: Readonly<Record<string, string | undefined>>; readonly cwd: string },
): string {
  const token = tokenFile === undefined ? cli.env['SYNCLINE_TOKEN'] : readFile(resolve(cli.cwd, tokenFile));
  if (token?.trim()) return token.trim();
  throw new SynclineError(
    'Usage',
    tokenFile === undefined
      ? 'There is no token. Name the file that holds it with --token-file, or set SYNCLINE_TOKEN. “syncline serve” says where its token is.'
      : `The token file ${tokenFile} is empty.`,
  );
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why =
      errnoOf(error) === 'ENOENT'
        ? 'it does not exist'
        : errnoOf(error) === 'EACCES'
          ? 'access is refused'
          : 'it is no file';
    throw new SynclineError('Usage', `The token file ${path} cannot be read: ${why}.`, { cause: error });
  }
}
