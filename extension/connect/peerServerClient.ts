import { SynclineError } from '../../server/protocol/errors.ts';
import { MAX_TRANSFERS } from '../../server/protocol/limits.ts';
import * as content from '../../server/protocol/messages/content.ts';
import * as files from '../../server/protocol/messages/files.ts';
import * as jobs from '../../server/protocol/messages/jobs.ts';
import type { ParamsOf, RequestMessage, ResultOf } from '../../server/protocol/messages/message.ts';
import * as session from '../../server/protocol/messages/session.ts';
import type { Peer } from '../../server/protocol/peer.ts';
import type { ContentSink } from '../../server/protocol/transfer/contentSink.ts';
import { Compression } from './compression.ts';
import { Downloads } from './downloads.ts';
import { Listeners } from './listeners.ts';
import { sortNumbers } from './numberSort.ts';
import { RequestGate } from './requestGate.ts';
import type {
  CallOptions,
  Disposable,
  DownloadOptions,
  ServerClient,
  TransferOptions,
  UploadContent,
} from './serverClient.ts';
import { Uploads } from './uploads.ts';
import type { Wire } from './wire.ts';

/** Requests kept free of the line, so that a probe never waits behind others. */
const RESERVED_REQUESTS = 2;

export interface PeerServerClientOptions {
  /** Finds out whether the server is on this machine. Left out: it is somewhere else, or nobody knows. */
  readonly near?: () => Promise<boolean>;
}

/** The one implementation of {@link ServerClient}: over a peer that has said hello. */
export class PeerServerClient implements ServerClient {
  readonly server: ResultOf<typeof session.hello>;
  readonly closed: Promise<SynclineError | null>;
  readonly #peer: Peer;
  readonly #gate: RequestGate;
  readonly #wire: Wire;
  readonly #uploads: Uploads;
  readonly #downloads: Downloads;
  readonly #compression: Compression;
  readonly #filesDidChange = new Listeners<ParamsOf<typeof files.didChange>>();
  readonly #jobsDidChange = new Listeners<ParamsOf<typeof jobs.didChange>>();
  readonly #progress = new Listeners<ParamsOf<typeof session.progress>>();
  #closedHere = false;

  constructor(peer: Peer, server: ResultOf<typeof session.hello>, options: PeerServerClientOptions = {}) {
    this.#peer = peer;
    this.server = server;
    this.closed = peer.closed.then((error) =>
      this.#closedHere ? null : (error ?? new SynclineError('ConnectionLost')),
    );
    this.#gate = new RequestGate(Math.max(1, server.limits.requests - RESERVED_REQUESTS));
    this.#compression = new Compression(server.capabilities.zstd, options.near);
    let lastTransfer = 0;
    const wire: Wire = {
      peer,
      request: this.request.bind(this),
      // the other half is left for transfers that were given up here and are not yet forgotten there
      transfers: new RequestGate(Math.max(1, Math.floor(Math.min(server.limits.transfers, MAX_TRANSFERS) / 2))),
      nextTransfer: () => (lastTransfer = (lastTransfer % 0xffffffff) + 1),
      compression: this.#compression,
      maxContents: Math.max(1, server.limits.transferContents),
    };
    this.#wire = wire;
    this.#uploads = new Uploads(wire);
    this.#downloads = new Downloads(wire);
    peer.onNotification(files.didChange, (params) => this.#filesDidChange.emit(params));
    peer.onNotification(jobs.didChange, (params) => this.#jobsDidChange.emit(params));
    peer.onNotification(session.progress, (params) => this.#progress.emit(params));
  }

  get isNear(): boolean | undefined {
    return this.#compression.isNear;
  }

  get traffic(): { readonly sent: number; readonly received: number } {
    return this.#peer.traffic;
  }

  get isTransferring(): boolean {
    return this.#peer.transfers.size > 0;
  }

  request<M extends RequestMessage>(message: M, params: ParamsOf<M>, options?: CallOptions): Promise<ResultOf<M>> {
    const call = (): Promise<ResultOf<M>> => this.#peer.request(message, params, options);
    return message.method === session.probe.method ? call() : this.#gate.run(call, options?.signal);
  }

  upload(share: string, contents: readonly UploadContent[], options?: TransferOptions): Promise<void> {
    return this.#uploads.send(share, contents, options);
  }

  uploadAndCommit(
    share: string,
    contents: readonly UploadContent[],
    commit: Omit<ParamsOf<typeof files.commit>, 'share'>,
    options?: TransferOptions,
  ): Promise<ResultOf<typeof files.commit>> {
    return this.#uploads.sendAndCommit(share, contents, { share, ...commit }, options);
  }

  download(
    share: string,
    parts: readonly content.ContentPart[],
    sink: ContentSink,
    options?: DownloadOptions,
  ): Promise<void> {
    return this.#downloads.fetch(share, parts, sink, options);
  }

  sortNumbers(...[numbers, options = {}]: Parameters<ServerClient['sortNumbers']>): Promise<Float64Array> {
    return sortNumbers(this.#wire, numbers, options);
  }

  onFilesDidChange(listener: (params: ParamsOf<typeof files.didChange>) => void): Disposable {
    return this.#filesDidChange.add(listener);
  }

  onJobsDidChange(listener: (params: ParamsOf<typeof jobs.didChange>) => void): Disposable {
    return this.#jobsDidChange.add(listener);
  }

  onProgress(listener: (params: ParamsOf<typeof session.progress>) => void): Disposable {
    return this.#progress.add(listener);
  }

  close(): void {
    this.#closedHere = true;
    this.#peer.close();
  }
}
