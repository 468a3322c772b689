import { randomUUID } from 'node:crypto';
import type { ContentId } from '../../../server/protocol/contentId.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import * as content from '../../../server/protocol/messages/content.ts';
import * as files from '../../../server/protocol/messages/files.ts';
import type { Operation, OperationResult } from '../../../server/protocol/messages/files.ts';
import type { ResultOf } from '../../../server/protocol/messages/message.ts';
import { nameOf } from '../../../server/protocol/wirePath.ts';
import type { PendingCommit, RemoteState } from '../base/baseStore.ts';
import type { ClientProvider, Disposable, ServerClient, UploadContent } from '../../connect/serverClient.ts';
import {
  type ApplyOptions,
  type ContentSource,
  DONE,
  type Look,
  type Outcome,
  type Picture,
  type ScanRequest,
  STALE,
  type WantedContent,
} from '../endpoint.ts';
import { isGone } from '../local/localReader.ts';
import type { RemoteSide } from '../sides.ts';
import type { Tree } from '../tree/tree.ts';
import { EarlyUploads } from './earlyUploads.ts';
import { type CommitBatch, commitBatches } from './commitBatches.ts';
import { RemoteFeed } from './remoteFeed.ts';
import { RemoteReader } from './remoteReader.ts';
import type { ShareFolder } from './shareFolder.ts';

export interface RemoteEndpointOptions {
  readonly folder: ShareFolder;
  readonly provider: ClientProvider;
  readonly known: RemoteState | null;
  readonly journal: CommitJournal;
  readonly log: (event: string, data: object) => void;
}

/** What is told of each commit: that it is about to be sent, and then either its answer or that there is none. */
export interface CommitJournal {
  add(commit: PendingCommit): void;
  settle(id: string): void;
  lose(id: string): void;
}

/** Contents up to this much together travel with their commit, without a question which are missing. */
const FAST_BYTES = 256 * 1024;
const FAST_CONTENTS = 32;

/** A share of a server, or a folder in it. The picture is unfiltered: it shows what is ignored as well. */
export class RemoteEndpoint implements RemoteSide {
  readonly #folder: ShareFolder;
  readonly #provider: ClientProvider;
  readonly #journal: CommitJournal;
  readonly #log: RemoteEndpointOptions['log'];
  readonly #feed: RemoteFeed;
  #early: EarlyUploads | undefined;

  constructor({ folder, provider, known, journal, log }: RemoteEndpointOptions) {
    this.#folder = folder;
    this.#provider = provider;
    this.#journal = journal;
    this.#log = log;
    this.#feed = new RemoteFeed(folder, provider, known);
  }

  /** For storing: what the server is known to have held at a cursor. */
  get known(): RemoteState | null {
    return this.#feed.tree.known;
  }

  get rev(): number {
    return this.#feed.tree.rev;
  }

  get isConfirmed(): boolean {
    return !this.#feed.isBehind && this.#feed.tree.rev === (this.known?.cursor.rev ?? 0);
  }

  get isOnline(): boolean {
    return this.#provider.current !== null;
  }

  async scan({ look, base, signal }: ScanRequest): Promise<Picture> {
    if (look === 'everything' || (look !== 'nothing' && this.#feed.isBehind)) await this.#feed.catchUp(signal);
    await this.#feed.tree.share(base, signal);
    return { tree: this.#feed.tree.view, problems: [] };
  }

  takeEarly(base: Tree, signal: AbortSignal | undefined): EarlyUploads {
    this.#early?.decide(false);
    this.#early = new EarlyUploads({ share: this.#folder.share, provider: this.#provider, base, signal });
    return this.#early;
  }

  read(): ContentSource {
    return new RemoteReader(this.#folder.share, this.#provider);
  }

  watch(onChange: (hint: Look) => void): Promise<Disposable> {
    return Promise.resolve(this.#feed.watch(() => onChange(new Set())));
  }

  /** Batch by batch: while one is committed, the next is on its way, and then the contents of the one after it. */
  async apply(operations: readonly Operation[], source: ContentSource, options: ApplyOptions): Promise<void> {
    const { signal } = options;
    const sent = await this.#takeSent();
    if (operations.length === 0) return;
    const client = await this.#provider.client({ signal });
    const { limits } = client.server;
    const batches = commitBatches(
      operations,
      { operations: limits.operations, contents: limits.transferContents },
      sent,
    );
    let before: Promise<void> = Promise.resolve();
    let committing: Promise<void> = Promise.resolve();
    let isBare = true;
    try {
      for (const batch of batches) {
        await before;
        if (batch.sentBytes > 0) options.onProgress?.(batch.sentBytes);
        const isSmall = batch.bytes <= FAST_BYTES && batch.contents.length <= FAST_CONTENTS;
        const uploads = isSmall
          ? await readAll(batch.contents, source)
          : await this.#upload(client, batch, source, options);
        before = committing;
        const commit = (): Promise<void> => this.#commit(client, batch, uploads, options);
        // two that bring nothing along arrive in the order in which they are sent, and need not wait for each other's answers
        const follows = isBare && uploads.contents.length === 0;
        isBare = uploads.contents.length === 0;
        committing = follows ? commit() : before.then(commit);
        committing.catch(() => {});
      }
    } finally {
      await Promise.allSettled([before, committing]);
    }
    await before;
    await committing;
  }

  /**
   * Sends commits again whose answers never arrived; the server answers as it did then, or carries them out now. Returns the
   * operations that it holds as done.
   */
  async resend(commits: readonly PendingCommit[], signal: AbortSignal | undefined): Promise<Operation[]> {
    const client = await this.#provider.client({ signal });
    const done: Operation[] = [];
    for (const { id, operations } of commits) {
      const wire = operations.map((operation) => this.#folder.operationToShare(operation));
      const params = { share: this.#folder.share, id, operations: wire };
      const { results } = await client.request(files.commit, params, { signal });
      done.push(...operations.filter((_, index) => results[index]?.status === 'done'));
      this.#log('commitSentAgain', { id, operations: operations.length, done: done.length });
    }
    return done;
  }

  async #takeSent(): Promise<ReadonlySet<ContentId>> {
    const early = this.#early;
    this.#early = undefined;
    await early?.finish();
    return early?.sent ?? new Set();
  }

  /** What the server lacks goes up. Contents that are gone at the source are returned. */
  async #upload(
    client: ServerClient,
    { contents }: CommitBatch,
    source: ContentSource,
    { signal, onProgress }: ApplyOptions,
  ): Promise<Uploads> {
    if (contents.length === 0) return { gone: new Set(), contents: [] };
    const { share } = this.#folder;
    const gone = new Set<ContentId>();
    for (;;) {
      const asked = contents
        .filter((wanted) => !gone.has(wanted.content))
        .map(({ content, size }) => ({ content, size }));
      const { missing } = await client.request(content.missing, { share, contents: asked }, { signal });
      if (missing.length === 0) return { gone, contents: [] };
      const wanted = new Map(contents.map((each) => [each.content, each]));
      const before = gone.size;
      const uploads = missing.flatMap(({ content: id, from }): UploadContent[] => {
        const file = wanted.get(id);
        return file ? [uploadOf(file, from, source, gone)] : [];
      });
      try {
        await client.upload(share, uploads, { signal, onProgress });
        return { gone, contents: [] };
      } catch (error) {
        // a file that changed breaks the transfer it travels in; the others go again without it
        if (gone.size === before) throw error;
      }
    }
  }

  async #commit(client: ServerClient, batch: CommitBatch, uploads: Uploads, options: ApplyOptions): Promise<void> {
    const { signal, onProgress, onOutcome } = options;
    signal?.throwIfAborted();
    const isStale = (operation: Operation): boolean =>
      operation.kind === 'put' && operation.entry.kind === 'file' && uploads.gone.has(operation.entry.content);
    const operations = batch.operations.filter((operation) => !isStale(operation));
    for (const operation of batch.operations.filter(isStale)) onOutcome(operation, STALE);
    if (operations.length === 0) return;
    const id = randomUUID();
    this.#journal.add({ id, operations });
    const commit = { id, operations: operations.map((operation) => this.#folder.operationToShare(operation)) };
    // once it is on its way a commit is not cancelled: only its answer tells what was done
    try {
      const answer = await client.uploadAndCommit(this.#folder.share, uploads.contents, commit, { onProgress });
      this.#settle(operations, answer, onOutcome);
      this.#journal.settle(id);
    } catch (error) {
      this.#journal.lose(id);
      throw error;
    }
  }

  #settle(operations: readonly Operation[], answer: Answer, onOutcome: ApplyOptions['onOutcome']): void {
    if (answer.results.length !== operations.length) {
      throw new SynclineError('InvalidRequest', 'The server answered another number of operations than it was sent.');
    }
    const results = operations.map((operation, index) => ({
      operation,
      result: answer.results[index] as OperationResult,
    }));
    const committed = results.flatMap(({ operation, result }) =>
      result.status === 'done' ? [{ operation, rev: result.rev, changes: result.changes }] : [],
    );
    this.#feed.tree.committed(committed, answer.cursor);
    for (const { operation, result } of results) {
      const outcome = outcomeOf(operation, result);
      if (result.status === 'conflict') this.#doubt(operation, result.path);
      onOutcome(operation, outcome);
    }
  }

  #doubt(operation: Operation, path: string): void {
    const { kind } = operation;
    if (kind === 'makeDirectory') this.#feed.doubt(operation.path, null);
    else if (kind !== 'rename') this.#feed.doubt(operation.path, operation.expect);
    else if (path === this.#folder.toShare(operation.to)) this.#feed.doubt(operation.to, operation.expectTo);
    else this.#feed.doubt(operation.from, operation.expect);
  }
}

type Answer = ResultOf<typeof files.commit>;

interface Uploads {
  /** Contents that the source no longer holds. */
  readonly gone: ReadonlySet<ContentId>;
  /** What travels with the commit. */
  readonly contents: readonly UploadContent[];
}

function uploadOf(file: WantedContent, from: number, source: ContentSource, gone: Set<ContentId>): UploadContent {
  async function* noting(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* bytes;
    } catch (error) {
      if (isGone(error)) gone.add(file.content);
      throw error;
    }
  }
  const { range } = source;
  return {
    content: file.content,
    size: file.size,
    from,
    hint: nameOf(file.path),
    replaces: file.replaces?.content,
    open: (at) => noting(source.open(file, at)),
    ...(range && { range: (at, to) => noting(range.call(source, file, at, to)) }),
  };
}

/** Reads small contents into memory, so that each is known to be right before anything is sent. */
async function readAll(contents: readonly WantedContent[], source: ContentSource): Promise<Uploads> {
  const gone = new Set<ContentId>();
  const uploads: UploadContent[] = [];
  for (const file of contents) {
    try {
      const pieces: Uint8Array[] = [];
      for await (const bytes of source.open(file, 0)) pieces.push(bytes);
      const whole = pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
      uploads.push({
        content: file.content,
        size: file.size,
        hint: nameOf(file.path),
        async *open(from) {
          yield whole.subarray(from);
        },
      });
    } catch (error) {
      if (!isGone(error)) throw error;
      gone.add(file.content);
    }
  }
  return { gone, contents: uploads };
}

function outcomeOf(operation: Operation, result: OperationResult): Outcome {
  if (result.status === 'done') return DONE;
  if (result.status === 'conflict') return STALE;
  const { code, message } = result;
  // a folder that holds something which takes no part in syncing is left standing
  if (code === 'DirectoryNotEmpty' && operation.kind === 'delete') return DONE;
  if (RETRY.has(code)) return STALE;
  const path = operation.kind === 'rename' ? operation.to : operation.path;
  return { kind: 'problem', problem: { path, code, message } };
}

/** Problems that a new look and another attempt settle. */
const RETRY: ReadonlySet<string> = new Set(['MissingContent', 'ContentMismatch', 'ContentGone', 'Changed', 'NotFound']);
