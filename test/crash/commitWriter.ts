import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ServerClient, UploadContent } from '../../extension/connect/serverClient.ts';
import type { ContentId } from '../../server/protocol/contentId.ts';
import type { Entry, FileEntry } from '../../server/protocol/entry.ts';
import { missing } from '../../server/protocol/messages/content.ts';
import { commit, type Operation } from '../../server/protocol/messages/files.ts';
import type { ResultOf } from '../../server/protocol/messages/message.ts';
import { parseWirePath } from '../../server/protocol/wirePath.ts';
import { pseudoRandom } from '../support/realTree.ts';
import type { Held, Ledger } from './ledger.ts';

type Answer = ResultOf<typeof commit>;

interface Unanswered {
  readonly id: string;
  readonly operations: readonly Operation[];
  readonly contents: readonly UploadContent[];
}

const LARGE = 1_200_000;
const FOLDERS = 3;
const FILES = 4;

/**
 * A client that does everything a commit can do in a folder of its own, and tells the ledger. What a death left without an
 * answer it sends again under the same id, as an honest client does.
 */
export class CommitWriter {
  readonly #ledger: Ledger;
  readonly #own: string;
  readonly #modes = new Map<string, boolean>();
  readonly #sizes = new Map<ContentId, number>();
  #round = 0;
  #unanswered: Unanswered | undefined;

  constructor(ledger: Ledger, own: string) {
    this.#ledger = ledger;
    this.#own = own;
  }

  /** One commit with every kind of operation, and the contents for it. Rejects when the server dies on the way. */
  async turn(client: ServerClient): Promise<void> {
    await this.repeat(client);
    const round = ++this.#round;
    const plan = new Planned(this.#ledger, this.#own, this.#modes, this.#sizes);
    for (let i = 0; i < FILES; i++) plan.put(`d${round % FOLDERS}/f${i}`, this.#text(round, i));
    plan.put(`round${round}/new`, this.#text(round, 'new'));
    plan.put('large', pseudoRandom(`${this.#own} ${round}`, LARGE));
    for (const name of ['a', 'b']) plan.put(`twice/${name}`, this.#text(round, 'twice'));
    plan.link('link', round % 2 === 0 ? 'large' : 'twice/a');
    plan.put('tool', this.#text(0, 'tool'), round % 2 === 0);
    if (round > 1) {
      plan.remove(`round${round - 1}/new`);
      plan.removeFolder(`going${round - 1}`);
      plan.rename(`from${round - 1}`, 'to');
      plan.rename(`walker${round - 1}`, `walker${round}`);
      plan.renameFolder(`folder${round - 1}`, `folder${round}`);
    } else for (const name of ['walker1', 'folder1/in/it']) plan.put(name, this.#text(round, name));
    for (const name of ['x', 'y/z']) plan.put(`going${round}/${name}`, this.#text(round, `going ${name}`));
    plan.put(`from${round}`, this.#text(round, 'from'));
    const { operations, contents, effects } = plan;
    const id = randomUUID();
    this.#unanswered = { id, operations, contents };
    this.#ledger.begin({ id, effects });
    const answer = await send(client, this.#unanswered);
    this.#take(answer);
  }

  /** After a death: the same commit again, and once more, is done once, is no conflict, and is answered alike. */
  async repeat(client: ServerClient): Promise<void> {
    if (!this.#unanswered) return;
    const again = this.#unanswered;
    const answer = await send(client, again);
    assert.deepEqual(await send(client, again), answer, 'a repeated commit was answered otherwise');
    this.#take(answer);
  }

  #take({ results }: Answer): void {
    const { id, operations } = this.#unanswered as Unanswered;
    const failed = results.findIndex(({ status }) => status !== 'done');
    if (failed >= 0)
      assert.fail(`${JSON.stringify(operations[failed])} was answered ${JSON.stringify(results[failed])}`);
    const revs = results.map((result) => (result.status === 'done' ? result.rev : 0));
    for (const operation of operations)
      if (operation.kind === 'put' && operation.entry.kind === 'file' && operation.path.endsWith('/tool'))
        this.#modes.set(operation.path, operation.entry.executable);
    this.#ledger.acknowledge(id, Math.max(...revs));
    this.#unanswered = undefined;
  }

  #text(round: number, what: string | number): Buffer {
    return Buffer.from(`${this.#own} ${what} of round ${round}\n`.repeat(10 + (round % 7) * 40));
  }
}

/** Collects operations, the contents they need, and what paths hold afterwards. No path occurs twice. */
class Planned {
  readonly operations: Operation[] = [];
  readonly contents: UploadContent[] = [];
  readonly effects = new Map<string, Held>();
  readonly #ledger: Ledger;
  readonly #own: string;
  readonly #modes: ReadonlyMap<string, boolean>;
  readonly #sizes: Map<ContentId, number>;

  constructor(ledger: Ledger, own: string, modes: ReadonlyMap<string, boolean>, sizes: Map<ContentId, number>) {
    this.#ledger = ledger;
    this.#own = own;
    this.#modes = modes;
    this.#sizes = sizes;
  }

  put(name: string, bytes: Buffer, executable = false): void {
    const path = this.#path(name);
    const content = this.#ledger.write(bytes);
    this.#sizes.set(content, bytes.length);
    const entry: FileEntry = { kind: 'file', content, size: bytes.length, executable };
    this.operations.push({ kind: 'put', path, entry, expect: this.#expected(name) });
    this.effects.set(path, content);
    if (this.contents.some((each) => each.content === content)) return;
    this.contents.push({
      content,
      size: bytes.length,
      async *open(from) {
        yield await Promise.resolve(bytes.subarray(from));
      },
    });
  }

  link(name: string, target: string): void {
    const path = this.#path(name);
    this.operations.push({ kind: 'put', path, entry: { kind: 'link', target }, expect: this.#expected(name) });
    this.effects.set(path, `-> ${target}`);
  }

  remove(name: string): void {
    this.operations.push({ kind: 'delete', path: this.#path(name), expect: this.#there(name) });
    this.effects.set(this.#path(name), null);
  }

  removeFolder(name: string): void {
    const path = this.#path(name);
    this.operations.push({ kind: 'delete', path, expect: { kind: 'directory' }, recursive: true });
    for (const below of this.#below(path)) this.effects.set(below, null);
  }

  rename(from: string, to: string): void {
    this.operations.push({
      kind: 'rename',
      from: this.#path(from),
      to: this.#path(to),
      expect: this.#there(from),
      expectTo: this.#expected(to),
    });
    this.effects.set(this.#path(to), this.#ledger.last(this.#path(from)));
    this.effects.set(this.#path(from), null);
  }

  renameFolder(from: string, to: string): void {
    const [source, target] = [this.#path(from), this.#path(to)];
    this.operations.push({
      kind: 'rename',
      from: source,
      to: target,
      expect: { kind: 'directory' },
      expectTo: null,
    });
    for (const below of this.#below(source)) {
      this.effects.set(target + below.slice(source.length), this.#ledger.last(below));
      this.effects.set(below, null);
    }
  }

  #path(name: string) {
    return parseWirePath(`${this.#own}/${name}`);
  }

  #below(folder: string): string[] {
    return [...this.#ledger.paths].filter((path) => path.startsWith(`${folder}/`) && this.#ledger.last(path) !== null);
  }

  #there(name: string): Entry {
    const entry = this.#expected(name);
    assert(entry, `${this.#own} has no ${name}`);
    return entry;
  }

  #expected(name: string): Entry | null {
    const path = this.#path(name);
    const held = this.#ledger.last(path);
    if (held === null) return null;
    if (held.startsWith('-> ')) return { kind: 'link', target: held.slice(3) };
    const content = held as ContentId;
    return { kind: 'file', content, size: this.#sizes.get(content) ?? 0, executable: this.#modes.get(path) ?? false };
  }
}

/** What is missing goes ahead: small contents as packs, a large one by itself. */
async function send(client: ServerClient, { id, operations, contents }: Unanswered): Promise<Answer> {
  const asked = contents.map(({ content, size }) => ({ content, size }));
  const parts = (await client.request(missing, { share: 'files', contents: asked })).missing;
  const from = new Map(parts.map((part) => [part.content, part.from]));
  const wanted = contents.filter(({ content }) => from.has(content));
  await client.upload(
    'files',
    wanted.map((each) => ({ ...each, from: from.get(each.content) ?? 0 })),
  );
  return await client.request(commit, { share: 'files', id, operations: [...operations] });
}
