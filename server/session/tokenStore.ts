import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import * as v from 'valibot';
import { replaceFile } from '../protocol/disk/atomicFile.ts';
import { diskError, errnoOf, isMissing } from '../protocol/disk/diskError.ts';
import { SQLITE, sqliteCode, takeLock } from '../protocol/disk/sqliteLock.ts';
import { SynclineError } from '../protocol/errors.ts';
import type { Right } from '../protocol/messages/message.ts';
import { printable } from '../protocol/wirePath.ts';

export const RIGHTS = ['read', 'write', 'compute', 'admin'] as const satisfies readonly Right[];

/** Makes a token recognisable to people and to programs that look for secrets in the wrong places. */
export const TOKEN_PREFIX = 'syncline_';

const record = v.object({
  id: v.string(),
  name: v.string(),
  rights: v.array(v.picklist(RIGHTS)),
  /** SHA-256 of the token, hex. A token has 256 random bits, so there is nothing to guess and no salt is needed. */
  digest: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  createdAt: v.number(),
  revokedAt: v.optional(v.number()),
});
const file = v.object({ version: v.literal(1), tokens: v.array(record) });

export type TokenRecord = v.InferOutput<typeof record>;

/** Who a session is. `id` never changes its meaning; a name may be given anew after its token was revoked. */
export type TokenIdentity = Pick<TokenRecord, 'id' | 'name' | 'rights'>;

const LOCK_TRIES = 200;
const LOCK_RETRY_MS = 10;

/**
 * The tokens that a server accepts, in `tokens.json` of its state folder: only their digests, never the tokens. Other processes
 * may add and revoke tokens at any time; every look notices.
 */
export class TokenStore {
  readonly #path: string;
  #tokens: readonly TokenRecord[] = [];
  #stamp = '';

  /** @throws SynclineError `StorageFailed` when the file is damaged, or what the disk says. */
  constructor(stateDirectory: string) {
    this.#path = join(stateDirectory, 'tokens.json');
    this.#refresh();
  }

  list(): readonly TokenRecord[] {
    this.#refresh();
    return this.#tokens;
  }

  /** The token's record, revoked or not. Compares with every digest, in a time that tells nothing about any of them. */
  find(token: string): TokenRecord | null {
    const digest = digestOf(token);
    let found: TokenRecord | null = null;
    for (const each of this.list()) if (timingSafeEqual(Buffer.from(each.digest, 'hex'), digest)) found = each;
    return found;
  }

  /** Who a token belongs to; null for one that is unknown or revoked. */
  identify(token: string): TokenIdentity | null {
    const found = this.find(token);
    return found && found.revokedAt === undefined ? found : null;
  }

  isValid(id: string): boolean {
    return this.byId(id) !== null;
  }

  /** Null for a token that is unknown or revoked. */
  byId(id: string): TokenIdentity | null {
    return this.list().find((each) => each.id === id && isValidToken(each)) ?? null;
  }

  /** Accepts a new token from now on. @throws SynclineError `AlreadyExists` when a valid token has this name. */
  add(name: string, rights: readonly Right[], token: string): Promise<TokenRecord> {
    return this.#add(name, rights, token, false);
  }

  /** Accepts a token from now on; a valid one of the same name is revoked. */
  adopt(name: string, rights: readonly Right[], token: string): Promise<TokenRecord> {
    return this.#add(name, rights, token, true);
  }

  /** By name or id. @throws SynclineError `NotFound` when there is no such valid token. */
  async revoke(nameOrId: string): Promise<TokenRecord> {
    let revoked: TokenRecord | undefined;
    await this.#change((tokens) => {
      const found = tokens.find((each) => isValidToken(each) && (each.name === nameOrId || each.id === nameOrId));
      if (!found) throw new SynclineError('NotFound', `There is no valid token “${printable(nameOrId)}”.`);
      revoked = { ...found, revokedAt: Date.now() };
      return tokens.map((each) => (each === found ? (revoked as TokenRecord) : each));
    });
    return revoked as TokenRecord;
  }

  async #add(name: string, rights: readonly Right[], token: string, replace: boolean): Promise<TokenRecord> {
    const createdAt = Date.now();
    const added: TokenRecord = {
      id: randomBytes(9).toString('base64url'),
      name,
      rights: RIGHTS.filter((right) => rights.includes(right)),
      digest: digestOf(token).toString('hex'),
      createdAt,
    };
    await this.#change((tokens) => {
      const holdsName = (each: TokenRecord): boolean => isValidToken(each) && each.name === name;
      if (!replace && tokens.some(holdsName)) {
        throw new SynclineError('AlreadyExists', `There is already a token “${printable(name)}”; revoke it first.`);
      }
      return [...tokens.map((each) => (holdsName(each) ? { ...each, revokedAt: createdAt } : each)), added];
    });
    return added;
  }

  /** Reads, changes and replaces the file while no other process does. */
  async #change(change: (tokens: readonly TokenRecord[]) => readonly TokenRecord[]): Promise<void> {
    try {
      await locked(`${this.#path.slice(0, -'.json'.length)}.lock`, async () => {
        this.#refresh();
        const tokens = change(this.#tokens);
        await replaceFile(this.#path, `${JSON.stringify({ version: 1, tokens }, null, 2)}\n`);
        this.#refresh();
      });
    } catch (error) {
      throw diskError(error, 'write the list of tokens');
    }
  }

  #refresh(): void {
    try {
      const { ino, size, mtimeNs } = statSync(this.#path, { bigint: true });
      const stamp = `${ino} ${size} ${mtimeNs}`;
      if (stamp === this.#stamp) return;
      this.#tokens = v.parse(file, JSON.parse(readFileSync(this.#path, 'utf8'))).tokens;
      this.#stamp = stamp;
    } catch (error) {
      this.#stamp = '';
      // The state folder is away as a whole, with a disk that is not mounted perhaps: nobody can have revoked anything there.
      if (isMissing(error) && !existsSync(dirname(this.#path))) return;
      // A list that cannot be read must not keep a revoked token alive.
      this.#tokens = [];
      if (isMissing(error)) return;
      if (errnoOf(error)) throw diskError(error, 'read the list of tokens');
      throw new SynclineError('StorageFailed', 'The list of tokens is damaged; restore tokens.json or remove it.', {
        cause: error,
      });
    }
  }
}

export const newToken = (): string => TOKEN_PREFIX + randomBytes(32).toString('base64url');

const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();

const isValidToken = (each: TokenRecord): boolean => each.revokedAt === undefined;

async function locked(path: string, work: () => Promise<void>): Promise<void> {
  const lock = await whenFree(path);
  try {
    await work();
  } finally {
    lock.close();
  }
}

async function whenFree(path: string): Promise<DatabaseSync> {
  for (let tries = 1; ; tries++) {
    try {
      return takeLock(path);
    } catch (error) {
      const cause = { cause: error };
      if (sqliteCode(error) !== SQLITE.busy)
        throw new SynclineError('StorageFailed', 'The list of tokens cannot be locked.', cause);
      if (tries >= LOCK_TRIES)
        throw new SynclineError('TargetBusy', 'Another process is changing the list of tokens.', cause);
    }
    await new Promise((resolve) => setTimeout(resolve, LOCK_RETRY_MS));
  }
}
