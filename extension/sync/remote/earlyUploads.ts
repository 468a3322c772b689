import type { ContentId } from '../../../server/protocol/contentId.ts';
import * as content from '../../../server/protocol/messages/content.ts';
import { nameOf, type WirePath } from '../../../server/protocol/wirePath.ts';
import type { ClientProvider, ServerClient, UploadContent } from '../../connect/serverClient.ts';
import type { EarlyContents } from '../endpoint.ts';
import { looksSecret } from '../secretNames.ts';
import { nodeAt, type Tree } from '../tree/tree.ts';

/** Bytes that travel together. */
const PACK_BYTES = 1024 * 1024;
/** Small files that travel together. */
const PACK_CONTENTS = 1000;
/** More packs than these hold the look back: enough for a slow line, where each waits for two answers. */
const MOST_PACKS = 12;

interface Pack {
  readonly bytes: Buffer;
  readonly contents: {
    readonly path: WirePath;
    readonly content: ContentId;
    readonly at: number;
    readonly size: number;
  }[];
  filled: number;
}

export interface EarlyUploadsOptions {
  readonly share: string;
  readonly provider: Pick<ClientProvider, 'current'>;
  /** What it holds already the server is taken to have. */
  readonly base: Tree;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Contents of new and changed files on their way to the server while the look that finds them goes on: they are in memory
 * then, and need not be read again. The server keeps them staged until a commit names them; what does not get there, for
 * whatever reason, travels the usual way later.
 */
export class EarlyUploads implements EarlyContents {
  /** Contents that the server has. */
  readonly sent = new Set<ContentId>();
  readonly #options: EarlyUploadsOptions;
  readonly #seen = new Set<ContentId>();
  readonly #free: Buffer[] = [];
  /** Full packs, as long as it is not decided whether they may be sent. */
  #undecided: Pack[] | null = [];
  #open: Pack | undefined;
  /** Packs that are waiting or under way. */
  #packs = 0;
  readonly #sending = new Set<Promise<void>>();
  #isOver = false;
  #room: (() => void)[] = [];

  constructor(options: EarlyUploadsOptions) {
    this.#options = options;
  }

  offer(path: WirePath, id: ContentId, bytes: Uint8Array): Promise<void> | undefined {
    const size = bytes.byteLength;
    if (this.#isOver || size === 0 || size > PACK_BYTES || this.#seen.has(id)) return undefined;
    const known = nodeAt(this.#options.base, path);
    if (known?.kind === 'file' && known.content === id) return undefined;
    // a person may have to be asked about it
    if (known === undefined && looksSecret(path)) return undefined;
    this.#seen.add(id);
    const pack = this.#packFor(size);
    pack.bytes.set(bytes, pack.filled);
    pack.contents.push({ path, content: id, at: pack.filled, size });
    pack.filled += size;
    // a busy client cannot tell how fast the server answers
    const isMeasuring = this.#packs > 1 && this.#options.provider.current?.isNear === undefined;
    return isMeasuring || this.#packs > MOST_PACKS ? this.#waitForRoom() : undefined;
  }

  /** Whether what was offered may be sent. Nothing is before this has been called. */
  decide(mayBeSent: boolean): void {
    if (!mayBeSent) this.#end();
    const waiting = this.#undecided ?? [];
    this.#undecided = null;
    for (const pack of waiting) this.#send(pack);
  }

  /** The look is over: resolves, and never rejects, when everything that could be sent is there. */
  async finish(): Promise<void> {
    if (this.#open) this.#close(this.#open);
    await Promise.all(this.#sending);
    this.#end();
  }

  #packFor(size: number): Pack {
    const open = this.#open;
    if (open && open.filled + size <= PACK_BYTES && open.contents.length < PACK_CONTENTS) return open;
    if (open) this.#close(open);
    this.#packs++;
    this.#open = { bytes: this.#free.pop() ?? Buffer.allocUnsafeSlow(PACK_BYTES), contents: [], filled: 0 };
    return this.#open;
  }

  #close(pack: Pack): void {
    this.#open = undefined;
    if (this.#undecided) this.#undecided.push(pack);
    else this.#send(pack);
  }

  #send(pack: Pack): void {
    if (this.#isOver) return;
    const sending: Promise<void> = this.#upload(pack)
      .then(
        () => this.#free.push(pack.bytes),
        // the usual way will tell what is wrong
        () => this.#end(),
      )
      .then(() => {
        this.#sending.delete(sending);
        this.#packs--;
        this.#makeRoom();
      });
    this.#sending.add(sending);
  }

  async #upload({ bytes, contents }: Pack): Promise<void> {
    const { share, provider, signal } = this.#options;
    const client = provider.current;
    if (!client) return this.#end();
    const isMissing = client.isNear ? () => true : await this.#missing(client, contents);
    const uploads = contents.flatMap(({ path, content, at, size }): UploadContent[] =>
      isMissing(content) ? [uploadOf(content, bytes.subarray(at, at + size), nameOf(path))] : [],
    );
    await client.upload(share, uploads, { signal });
    for (const { content } of contents) this.sent.add(content);
  }

  /** Where a part of one has arrived before, it is sent as a whole: they are small. */
  async #missing(client: ServerClient, contents: Pack['contents']): Promise<(content: ContentId) => boolean> {
    const { share, signal } = this.#options;
    const asked = contents.map(({ content, size }) => ({ content, size }));
    const { missing } = await client.request(content.missing, { share, contents: asked }, { signal });
    const ids = new Set(missing.map((each) => each.content));
    return (id) => ids.has(id);
  }

  #end(): void {
    this.#isOver = true;
    this.#open = undefined;
    this.#free.length = 0;
    this.#makeRoom();
  }

  #waitForRoom(): Promise<void> {
    return new Promise((resolve) => this.#room.push(resolve));
  }

  #makeRoom(): void {
    for (const wake of this.#room.splice(0)) wake();
  }
}

function uploadOf(content: ContentId, bytes: Uint8Array, hint: string): UploadContent {
  return {
    content,
    size: bytes.byteLength,
    hint,
    bytes,
    async *open(at) {
      yield bytes.subarray(at);
    },
  };
}
