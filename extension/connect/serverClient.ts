import type { ContentId } from '../../server/protocol/contentId.ts';
import type { SynclineError } from '../../server/protocol/errors.ts';
import type { ContentPart } from '../../server/protocol/messages/content.ts';
import type * as files from '../../server/protocol/messages/files.ts';
import type * as jobs from '../../server/protocol/messages/jobs.ts';
import type { ParamsOf, RequestMessage, ResultOf } from '../../server/protocol/messages/message.ts';
import type { ProgressReport } from '../../server/protocol/messages/progress.ts';
import type * as session from '../../server/protocol/messages/session.ts';
import type { ContentSink } from '../../server/protocol/transfer/contentSink.ts';

/**
 * The typed client of ONE live connection. It never reconnects: when the connection ends, `closed` resolves, every pending
 * call rejects with `ConnectionLost`, and whoever needs a server asks the {@link ClientProvider} for the next client.
 *
 * Calls may be issued concurrently without limit; what exceeds the server's limits waits in line here. Every call rejects
 * with a `SynclineError` and nothing else, and settles: by its answer, its deadline, its signal or the end of the connection.
 */
export interface ServerClient {
  /** What the server said at hello: shares, rights, limits. */
  readonly server: ResultOf<typeof session.hello>;

  request<M extends RequestMessage>(message: M, params: ParamsOf<M>, options?: CallOptions): Promise<ResultOf<M>>;

  /**
   * Sends contents without asking which are missing; each is complete and verified on the server when this resolves. Small
   * ones travel packed and compressed, large ones alone. What arrived before a failure stays staged, so a retry that asks
   * `content/missing` first resumes. Uses bounded memory whatever is sent.
   */
  upload(share: string, contents: readonly UploadContent[], options?: TransferOptions): Promise<void>;

  /** The fast path of a save: contents and their commit travel back to back and cost one round trip together. */
  uploadAndCommit(
    share: string,
    contents: readonly UploadContent[],
    commit: Omit<ParamsOf<typeof files.commit>, 'share'>,
    options?: TransferOptions,
  ): Promise<ResultOf<typeof files.commit>>;

  /**
   * Fetches contents into `sink`, which verifies each. Parts may arrive in another order than listed, several at a time.
   * On failure the parts that were finished stay finished.
   */
  download(share: string, parts: readonly ContentPart[], sink: ContentSink, options?: DownloadOptions): Promise<void>;

  /** As `compute/sort` does, for up to `MAX_NUMBERS` numbers; those given stay as they are. */
  sortNumbers(
    numbers: Float64Array,
    options?: { readonly order?: 'ascending' | 'descending' | undefined; readonly signal?: AbortSignal },
  ): Promise<Float64Array>;

  onFilesDidChange(listener: (params: ParamsOf<typeof files.didChange>) => void): Disposable;
  onJobsDidChange(listener: (params: ParamsOf<typeof jobs.didChange>) => void): Disposable;
  onProgress(listener: (params: ParamsOf<typeof session.progress>) => void): Disposable;

  /**
   * The server was found to be on this machine: to ask what it has costs more than to send a few small contents. Undefined until
   * the first upload of some size has found out, which it does best while this program has nothing else to do.
   */
  readonly isNear: boolean | undefined;

  /** Bytes on the wire of this connection so far, both ways, framing excluded. */
  readonly traffic: Traffic;

  /** Contents are on their way, in either direction: what is sent now waits behind some of them. */
  readonly isTransferring: boolean;

  /** Resolves, never rejects: the reason for the end, or null when `close` was called here. */
  readonly closed: Promise<SynclineError | null>;

  /** Harmless when already closed. */
  close(): void;
}

/** One content to send. `open` yields the bytes from an offset on and may be called again after a failure. */
export interface UploadContent {
  readonly content: ContentId;
  /** Bytes. */
  readonly size: number;
  /** A name that tells what kind of file it is: known compressed formats are not compressed again. */
  readonly hint?: string;
  /** Bytes the server already holds (from `content/missing`). */
  readonly from?: number;
  /** All of it, where it is in memory: what `open` would yield. */
  readonly bytes?: Uint8Array;
  open(from: number): AsyncIterable<Uint8Array>;
  /** What the server holds in its place. Of a large content that has much in common with it, only the rest travels. */
  readonly replaces?: ContentId | undefined;
  /**
   * The bytes between two offsets, as they are now: nothing of what `open` checks is checked, that is left to the server. A
   * content without it travels whole. A piece is good until the next one is asked for.
   */
  range?(from: number, to: number): AsyncIterable<Uint8Array>;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds; left out: the message's own. */
  readonly deadlineMs?: number;
  /** Progress counts as a sign of life: the deadline is then that between two of them. */
  readonly onProgress?: (report: ProgressReport) => void;
}

export interface TransferOptions {
  readonly signal?: AbortSignal;
  /** Bytes of content, before compression, that went over since the last call. */
  readonly onProgress?: (bytes: number) => void;
}

export interface DownloadOptions extends TransferOptions {
  /** What is here in place of a content: of a large one that has much in common with it, only the rest travels. */
  readonly held?: ((content: ContentId) => HeldContent | undefined) | undefined;
}

export interface HeldContent {
  /** Bytes. */
  readonly size: number;
  /** The bytes between two offsets, as they are now. A piece is good until the next one is asked for. */
  range(from: number, to: number): AsyncIterable<Uint8Array>;
}

export interface Traffic {
  readonly sent: number;
  readonly received: number;
}

export interface Disposable {
  dispose(): void;
}

/** Gives the live client of a connection that is kept up; {@link Connection} is the implementation. */
export interface ClientProvider {
  /**
   * The live client; while there is none, waits for one and makes the next attempt start at once.
   * @throws SynclineError a final error (`Unauthorized`, `VersionMismatch`, `UnknownShare`…), `Cancelled`, or, with
   * `deadlineMs`, the error of the last attempt.
   */
  client(options?: CallOptions): Promise<ServerClient>;

  /** The live client if there is one right now. */
  readonly current: ServerClient | null;

  /** Called with each new live client, and with null when it is lost. */
  onDidChangeClient(listener: (client: ServerClient | null) => void): Disposable;
}
