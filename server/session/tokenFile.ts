import { readFileSync, statSync } from 'node:fs';
import { placeFile, tidyPlace } from '../protocol/disk/atomicFile.ts';
import { diskError, errnoOf, isMissing } from '../protocol/disk/diskError.ts';
import { SynclineError } from '../protocol/errors.ts';
import { newToken, RIGHTS, type TokenStore } from './tokenStore.ts';

/** Name of the token that a server makes for itself or takes from its token file. */
const DEFAULT_NAME = 'default';

const SHAPE = /^[\x21-\x7e]{20,512}$/;

export interface ProvidedToken {
  readonly created: boolean;
  /** Whether others on the machine can read the file. */
  readonly exposed: boolean;
}

/**
 * Makes the server accept the token in `path`, with every right; makes a token and the file (mode 0600) when there is none.
 * A token that was in the file before and is not any more stops being valid.
 *
 * @throws SynclineError with a sentence for the person who started the server.
 */
export async function provideToken(path: string, tokens: TokenStore): Promise<ProvidedToken> {
  const found = readToken(path);
  const token = found ?? newToken();
  if (found === null) await writeToken(path, token);
  else tidyPlace(path);
  const known = tokens.find(token);
  if (known?.revokedAt !== undefined) {
    throw new SynclineError('Usage', `The token in ${path} has been revoked; remove the file to make a new one.`);
  }
  if (!known) await tokens.adopt(DEFAULT_NAME, RIGHTS, token);
  return { created: found === null, exposed: process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0 };
}

/** Writes a token into a file of its own that did not exist before: whole, or not at all. */
export async function writeToken(path: string, token: string): Promise<void> {
  try {
    await placeFile(path, `${token}\n`);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw new SynclineError('Usage', `There is already something at ${path}.`);
    throw diskError(error, `write the token file ${path}`);
  }
}

function readToken(path: string): string | null {
  let token: string;
  try {
    token = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (isMissing(error)) return null;
    throw diskError(error, `read the token file ${path}`);
  }
  if (SHAPE.test(token)) return token;
  throw new SynclineError(
    'Usage',
    `${path} holds no token: a single line of 20 to 512 letters, digits and signs. Remove the file to make a new one.`,
  );
}
