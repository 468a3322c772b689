import { closeSync, fsyncSync, readFileSync, statSync } from 'node:fs';
import { createExclusive, writeFully } from '../protocol/disk/atomicFile.ts';
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
  if (found === null) writeToken(path, token);
  const known = tokens.find(token);
  if (known?.revokedAt !== undefined) {
    throw new SynclineError('Usage', `The token in ${path} has been revoked; remove the file to make a new one.`);
  }
  if (!known) await tokens.adopt(DEFAULT_NAME, RIGHTS, token);
  return { created: found === null, exposed: process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0 };
}

/** Writes a token into a file of its own that did not exist before. */
export function writeToken(path: string, token: string): void {
  try {
    const descriptor = createExclusive(path);
    try {
      writeFully(descriptor, Buffer.from(`${token}\n`));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
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
