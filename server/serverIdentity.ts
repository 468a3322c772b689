import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { replaceFile } from './protocol/disk/atomicFile.ts';
import { isMissing } from './protocol/disk/diskError.ts';
import { SynclineError } from './protocol/errors.ts';
import { identifier } from './protocol/messages/values.ts';

const file = v.object({ id: identifier });

/** The id by which clients recognise a server over restarts: made once, kept in `server.json` of the state folder. */
export async function serverIdentity(stateDirectory: string): Promise<string> {
  const path = join(stateDirectory, 'server.json');
  try {
    return v.parse(file, JSON.parse(readFileSync(path, 'utf8'))).id;
  } catch (error) {
    if (!isMissing(error))
      throw new SynclineError('StorageFailed', `${path} cannot be read or is damaged.`, { cause: error });
  }
  const id = randomUUID();
  await replaceFile(path, `${JSON.stringify({ id })}\n`);
  return id;
}
