import { join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { SynclineError } from './protocol/errors.ts';
import type { Right } from './protocol/messages/message.ts';
import { printable, STATE_FOLDER } from './protocol/wirePath.ts';
import { prepareStateDirectory } from './serveDirectory.ts';
import { DEFAULT_DIRECTORY } from './serveOptions.ts';
import { writeToken } from './session/tokenFile.ts';
import { newToken, RIGHTS, type TokenRecord, TokenStore } from './session/tokenStore.ts';

/** The options that all token commands share. */
export interface TokenFlags {
  readonly dir?: string;
  readonly state?: string;
  readonly json?: boolean;
}

export interface TokenWorld {
  readonly cwd: string;
  readonly stdout: Writable;
}

const DEFAULT_RIGHTS: readonly Right[] = ['read', 'write', 'compute'];

/** Prints the token, or writes it into a new file. It cannot be shown again. */
export async function createToken(
  name: string | undefined,
  flags: TokenFlags & { readonly rights?: string; readonly tokenFile?: string },
  world: TokenWorld,
): Promise<number> {
  const rights = flags.rights === undefined ? DEFAULT_RIGHTS : parseRights(flags.rights);
  const tokens = openStore(flags, world);
  const chosen = name ?? freeName(tokens.list());
  if (chosen.length > 200 || printable(chosen) !== chosen || chosen === '') {
    throw new SynclineError('Usage', 'A name has 1 to 200 printable characters.');
  }
  const token = newToken();
  const path = flags.tokenFile === undefined ? undefined : resolve(world.cwd, flags.tokenFile);
  if (path !== undefined) await writeToken(path, token);
  const record = await tokens.add(chosen, rights, token);
  if (flags.json) {
    print(world, JSON.stringify({ ...shown(record), ...(path === undefined ? { token } : { tokenFile: path }) }));
  } else print(world, path ?? token);
  return 0;
}

export async function listTokens(flags: TokenFlags, world: TokenWorld): Promise<number> {
  const records = openStore(flags, world).list();
  if (flags.json) for (const record of records) print(world, JSON.stringify(shown(record)));
  else {
    for (const { id, name, rights, createdAt, revokedAt } of records) {
      const since = new Date(createdAt).toISOString().slice(0, 10);
      const state = revokedAt === undefined ? 'valid' : 'revoked';
      print(world, [id, state.padEnd(7), since, rights.join(',').padEnd(24), name].join('  '));
    }
  }
  return 0;
}

/** Sessions that use the token end within a second or two. */
export async function revokeToken(nameOrId: string, flags: TokenFlags, world: TokenWorld): Promise<number> {
  const record = await openStore(flags, world).revoke(nameOrId);
  print(world, flags.json ? JSON.stringify(shown(record)) : `Revoked ${record.name} (${record.id}).`);
  return 0;
}

function openStore({ dir = DEFAULT_DIRECTORY, state }: TokenFlags, { cwd }: TokenWorld): TokenStore {
  const directory = state === undefined ? join(resolve(cwd, dir), STATE_FOLDER) : resolve(cwd, state);
  prepareStateDirectory(directory);
  return new TokenStore(directory);
}

function parseRights(text: string): readonly Right[] {
  const names = text.split(',');
  const rights = RIGHTS.filter((right) => names.includes(right));
  if (rights.length === names.length) return rights;
  throw new SynclineError('Usage', `--rights takes some of ${RIGHTS.join(',')}, not “${printable(text)}”.`);
}

function freeName(records: readonly TokenRecord[]): string {
  const taken = new Set(records.map(({ name }) => name));
  for (let number = 1; ; number++) if (!taken.has(`token-${number}`)) return `token-${number}`;
}

/** Everything but the digest. */
const shown = ({ id, name, rights, createdAt, revokedAt }: TokenRecord): object => ({
  id,
  name,
  rights,
  createdAt,
  revokedAt: revokedAt ?? null,
});

const print = ({ stdout }: TokenWorld, line: string): void => void stdout.write(`${line}\n`);
