import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ServerClient } from '../../extension/connect/serverClient.ts';
import { type Operation, stat } from '../../server/protocol/messages/files.ts';
import { parseWirePath } from '../../server/protocol/wirePath.ts';
import type { Random } from '../simulation/random.ts';
import type { Ledger } from './ledger.ts';

const PATHS = 3;

interface Unanswered {
  readonly id: string;
  readonly operations: Operation[];
  readonly bytes: Buffer;
}

/** A client that writes to the paths that others write to as well, each time over what it has just seen. */
export class Contender {
  readonly #ledger: Ledger;
  readonly #name: string;
  readonly #random: Random;
  #count = 0;
  #unanswered: Unanswered | undefined;

  constructor(ledger: Ledger, name: string, random: Random) {
    this.#ledger = ledger;
    this.#name = name;
    this.#random = random;
  }

  async turn(client: ServerClient): Promise<void> {
    const path = parseWirePath(`contended/${this.#random.below(PATHS)}`);
    const { found } = await client.request(stat, { share: 'files', path });
    const bytes = Buffer.from(`${this.#name} ${++this.#count}\n`.repeat(1 + this.#random.below(400)));
    const content = this.#ledger.write(bytes);
    const entry = { kind: 'file' as const, content, size: bytes.length, executable: false };
    const id = randomUUID();
    this.#unanswered = { id, operations: [{ kind: 'put', path, entry, expect: found?.entry ?? null }], bytes };
    this.#ledger.begin({ id, effects: new Map([[path, content]]) });
    await this.#send(client, this.#unanswered);
  }

  /** After a death: the same commit again. Meanwhile somebody else may have been there. */
  async repeat(client: ServerClient): Promise<void> {
    if (this.#unanswered) await this.#send(client, this.#unanswered);
  }

  async #send(client: ServerClient, { id, operations, bytes }: Unanswered): Promise<void> {
    const content = this.#ledger.write(bytes);
    const open = async function* (from: number): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(bytes.subarray(from));
    };
    const contents = [{ content, size: bytes.length, open }];
    const { results } = await client.uploadAndCommit('files', contents, { id, operations });
    const [result] = results;
    assert(result && result.status !== 'problem', JSON.stringify(result));
    if (result.status === 'done') this.#ledger.acknowledge(id, result.rev);
    else this.#ledger.refuse(id);
    this.#unanswered = undefined;
  }
}
