import { randomUUID } from 'node:crypto';
import type { Entry, FileEntry, LinkEntry } from '../../server/protocol/entry.ts';
import { SynclineError } from '../../server/protocol/errors.ts';
import * as content from '../../server/protocol/messages/content.ts';
import * as files from '../../server/protocol/messages/files.ts';
import type { ParamsOf } from '../../server/protocol/messages/message.ts';
import type { Change } from '../../server/protocol/messages/values.ts';
import type { ContentSink } from '../../server/protocol/transfer/contentSink.ts';
import { isWithin, parseWirePath, printable, type WirePath } from '../../server/protocol/wirePath.ts';
import type { ServerClient, TransferOptions, UploadContent } from './serverClient.ts';
import { SMALL_BYTES } from './uploadPacks.ts';

type Call = { readonly signal?: AbortSignal };
export type Moment = ParamsOf<typeof files.past>['at'];

/** A state of the share; `at` is when it came about, on the server's clock. What is null is lost. */
export interface PastState {
  readonly rev: number;
  readonly at: number | null;
  readonly held: ReadonlyMap<WirePath, Entry | null>;
}

/**
 * Single steps on a share's files, each on the condition that the share still holds what was seen. What `files/commit` would
 * tell as a conflict or problem of the one path is thrown here: `Changed`, `AlreadyExists`, `NotFound`, `DiskFull`, …
 */
export class RemoteFiles {
  readonly #client: ServerClient;
  readonly #share: string;
  readonly #dir: WirePath | undefined;

  constructor(client: ServerClient, place: { readonly share: string; readonly dir?: WirePath }) {
    this.#client = client;
    this.#share = place.share;
    this.#dir = place.dir;
  }

  /**
   * The path that a person means by `text`, below the target's folder; undefined for the target's folder itself when that is
   * the share's root. @throws SynclineError `IllegalPath`
   */
  resolve(text: string): WirePath | undefined {
    const trimmed = text
      .normalize('NFC')
      .replace(/^(\.\/+)+/, '')
      .replace(/(?<=[^/])\/+$/, '');
    if (trimmed === '.' || trimmed === '') return this.#dir;
    const path = parseWirePath(trimmed);
    return this.#dir === undefined ? path : parseWirePath(`${this.#dir}/${path}`);
  }

  /** As {@link resolve}, for what cannot be done to the root. */
  resolveBelow(text: string): WirePath {
    const path = this.resolve(text);
    if (path === undefined || path === this.#dir) {
      throw new SynclineError('IllegalPath', 'This needs a path inside the share, not the share itself.');
    }
    return path;
  }

  /** A path as a person writes it, relative to the target's folder. */
  shown(path: WirePath): string {
    return this.#dir !== undefined && path.startsWith(`${this.#dir}/`) ? path.slice(this.#dir.length + 1) : path;
  }

  /** What a path holds, or null. */
  async find(path: WirePath, call?: Call): Promise<files.ListRow | null> {
    return (await this.#client.request(files.stat, { share: this.#share, path }, call)).found;
  }

  /** @throws SynclineError `NotFound` */
  async stat(path: WirePath, call?: Call): Promise<files.ListRow> {
    const found = await this.find(path, call);
    if (!found)
      throw new SynclineError('NotFound', `There is nothing at “${printable(path)}” on the server.`, {
        data: { path },
      });
    return found;
  }

  /** What is directly in a folder, by name, page by page. */
  async *list(path: WirePath | undefined, call?: Call): AsyncGenerator<readonly files.ListRow[]> {
    let after: WirePath | undefined;
    for (;;) {
      const { entries, more } = await this.#client.request(files.list, { share: this.#share, path, after }, call);
      yield entries;
      after = entries.at(-1)?.path;
      if (!more || after === undefined) return;
    }
  }

  /** Everything in a folder and below it, folders before what is in them, as the share held it at about one moment. */
  async *tree(dir: WirePath | undefined, call?: Call): AsyncGenerator<readonly Extract<Change, { kind: 'put' }>[]> {
    const share = this.#share;
    let page = await this.#client.request(files.changes, { share, dir }, call);
    for (;;) {
      yield page.changes.filter((change) => change.kind === 'put');
      if (!page.more || !page.snapshot) return;
      page = await this.#client.request(files.changes, { share, dir, snapshot: page.snapshot }, call);
    }
  }

  /** What a path and everything below it holds, itself included; empty when there is nothing. */
  async holding(path: WirePath | undefined, call?: Call): Promise<Map<WirePath, Entry>> {
    const held = new Map<WirePath, Entry>();
    const found = path === undefined ? null : await this.find(path, call);
    if (path !== undefined && !found) return held;
    if (found) held.set(found.path, found.entry);
    if (found && found.entry.kind !== 'directory') return held;
    for await (const page of this.tree(path, call)) for (const { path: at, entry } of page) held.set(at, entry);
    return held;
  }

  /** The same as it was at a moment. @throws SynclineError `HistoryEnds`, `RevisionNotReached` */
  async past(path: WirePath | undefined, at: Moment, call?: Call): Promise<PastState> {
    const held = new Map<WirePath, Entry | null>();
    let page = await this.#client.request(files.past, { share: this.#share, path, at }, call);
    const { rev, at: time, found } = page;
    if (path !== undefined && found) held.set(path, found.entry);
    for (;;) {
      for (const { path: each, entry } of page.entries) held.set(each, entry);
      const after = page.entries.at(-1)?.path;
      if (!page.more || after === undefined) return { rev, at: time, held };
      page = await this.#client.request(files.past, { share: this.#share, path, at: { rev }, after }, call);
    }
  }

  /** Versions, newest first, at most so many; `below`: of everything under the path as well. */
  async history(
    { path, below, limit }: { readonly path: WirePath | undefined; readonly below: boolean; readonly limit: number },
    call?: Call,
  ): Promise<files.Version[]> {
    const versions: files.Version[] = [];
    while (versions.length < limit) {
      const last = versions.at(-1);
      const position = last ? { before: last.rev, after: last.path } : {};
      const pageLimit = Math.min(this.#client.server.limits.page, limit - versions.length);
      const params = { share: this.#share, path, below, ...position, limit: pageLimit };
      const page = await this.#client.request(files.history, params, call);
      versions.push(...page.versions);
      if (!page.more || page.versions.length === 0) break;
    }
    return versions;
  }

  /** Forgets versions for good; gives how many. @throws SynclineError `Forbidden` without the right `admin` */
  async purge(
    versions: { readonly path: WirePath | undefined; readonly below: boolean; readonly upTo?: Moment | undefined },
    call?: Call,
  ): Promise<number> {
    return (await this.#client.request(files.purge, { share: this.#share, ...versions }, call)).versions;
  }

  /**
   * Puts a file. The bytes of a small one travel with the commit in one round trip; for a large one the share is asked first
   * what it lacks, which may be nothing, or only the end of it after an upload that broke.
   */
  async put(
    path: WirePath,
    entry: FileEntry,
    source: UploadContent,
    expect: Entry | null,
    options: TransferOptions = {},
  ): Promise<number> {
    const operation: files.Operation = { kind: 'put', path, entry, expect };
    const lacking = entry.size <= SMALL_BYTES ? [source] : await this.#lacking([source], options);
    const share = this.#share;
    return this.#one(operation, await this.#client.uploadAndCommit(share, lacking, commitOf([operation]), options));
  }

  /** Sends those contents that the share lacks. */
  async upload(sources: readonly UploadContent[], options: TransferOptions = {}): Promise<void> {
    await this.#client.upload(this.#share, await this.#lacking(sources, options), options);
  }

  download(parts: readonly content.ContentPart[], sink: ContentSink, options?: TransferOptions): Promise<void> {
    return this.#client.download(this.#share, parts, sink, options);
  }

  /** An ordered batch; a result for each operation. */
  async commit(operations: readonly files.Operation[], call?: Call): Promise<readonly files.OperationResult[]> {
    const params = { share: this.#share, ...commitOf(operations) };
    return (await this.#client.request(files.commit, params, call)).results;
  }

  async putLink(path: WirePath, entry: LinkEntry, expect: Entry | null, call?: Call): Promise<number> {
    return this.#commit({ kind: 'put', path, entry, expect }, call);
  }

  async makeDirectory(path: WirePath, call?: Call): Promise<number> {
    return this.#commit({ kind: 'makeDirectory', path }, call);
  }

  async remove(path: WirePath, expect: Entry, recursive: boolean, call?: Call): Promise<number> {
    return this.#commit({ kind: 'delete', path, expect, recursive }, call);
  }

  async rename(from: WirePath, to: WirePath, expect: Entry, expectTo: Entry | null, call?: Call): Promise<number> {
    return this.#commit({ kind: 'rename', from, to, expect, expectTo }, call);
  }

  async restore(
    path: WirePath,
    rev: number,
    to: WirePath | undefined,
    expect: Entry | null,
    call?: Call,
  ): Promise<number> {
    const { result } = await this.#client.request(files.restore, { share: this.#share, path, rev, to, expect }, call);
    return settle(to ?? path, result);
  }

  async #lacking(sources: readonly UploadContent[], { signal }: Call): Promise<UploadContent[]> {
    const lacking: UploadContent[] = [];
    const size = this.#client.server.limits.transferContents;
    const filled = sources.filter(({ size }) => size > 0);
    for (let at = 0; at < filled.length; at += size) {
      const page = filled.slice(at, at + size);
      const contents = page.map(({ content, size }) => ({ content, size }));
      const { missing } = await this.#client.request(content.missing, { share: this.#share, contents }, { signal });
      const from = new Map(missing.map((part) => [part.content, part.from]));
      for (const source of page) {
        const offset = from.get(source.content);
        if (offset !== undefined) lacking.push({ ...source, from: offset });
      }
    }
    return lacking;
  }

  async #commit(operation: files.Operation, call?: Call): Promise<number> {
    const results = await this.commit([operation], call);
    return this.#one(operation, { results });
  }

  #one(operation: files.Operation, { results }: { readonly results: readonly files.OperationResult[] }): number {
    const [result] = results;
    if (!result) throw new SynclineError('Internal', 'The server answered a commit without its result.');
    return settle('path' in operation ? operation.path : operation.to, result);
  }
}

const commitOf = (operations: readonly files.Operation[]): { id: string; operations: files.Operation[] } => ({
  id: randomUUID(),
  operations: [...operations],
});

/** The revision of an operation that was done; everything else is thrown. */
function settle(path: WirePath, result: files.OperationResult): number {
  switch (result.status) {
    case 'done':
      return result.rev;
    case 'problem':
      throw new SynclineError(result.code, result.message, { data: { path: result.path } });
    case 'conflict':
      throw changed(path, result);
  }
}

function changed(
  path: WirePath,
  { current, path: at }: Extract<files.OperationResult, { status: 'conflict' }>,
): SynclineError {
  const shown = `“${printable(at)}”`;
  if (current && current.kind !== 'directory' && at !== path && isWithin(path, at)) {
    const message = `${shown} on the server is a ${KINDS[current.kind]} and no folder; nothing was changed.`;
    return new SynclineError('NotADirectory', message, { data: { path: at } });
  }
  const now = current ? `now holds another ${KINDS[current.kind]}` : 'is gone';
  return new SynclineError(
    'Changed',
    `${shown} on the server has changed meanwhile: it ${now}. Nothing was overwritten; look again and repeat.`,
    { data: { path: at } },
  );
}

const KINDS = { file: 'file', directory: 'folder', link: 'link' } as const;
