import { randomUUID } from 'node:crypto';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { isContentId } from '../../../server/protocol/contentId.ts';
import { type Entry, type FileEntry, sameEntry } from '../../../server/protocol/entry.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import * as files from '../../../server/protocol/messages/files.ts';
import type { ListRow, Operation, OperationResult } from '../../../server/protocol/messages/files.ts';
import type { Change } from '../../../server/protocol/messages/values.ts';
import { nameOf, type WirePath } from '../../../server/protocol/wirePath.ts';
import type { Disposable, ServerClient } from '../../connect/serverClient.ts';
import { ChangeFeed, type FeedEvent } from '../servers/changeFeed.ts';
import type { Servers } from '../servers/servers.ts';
import { downloadBytes, uploadOf } from './contentBytes.ts';
import { downloadPart } from './contentPart.ts';
import { fileSystemError } from './fileSystemError.ts';
import { SCHEME, type ServerFile, serverFileOf, uriParts } from './fileUri.ts';
import { MOST_OPENED } from './partChoice.ts';
import { listFolder } from './serverFolder.ts';

/** How long an editor waits for a server that is just being connected to, milliseconds. */
const PATIENCE_MS = 15_000;

/**
 * Server files as documents, read and written in place. Every write names what it replaces: what was last read here. When the
 * server holds something else by then, nothing is written and the person is told; saving once more replaces that newer state
 * (it stays in the history), for then they know.
 */
export class ServerFileSystem implements vscode.FileSystemProvider {
  readonly #servers: Servers;
  readonly #log: (event: string, data: object) => void;
  readonly #changes = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  /** What each open document was read as; `null` for one that is about to be made. */
  readonly #seen = new Map<string, Entry | null>();
  readonly #feeds = new Map<string, Disposable>();

  readonly onDidChangeFile = this.#changes.event;

  constructor(servers: Servers, log: (event: string, data: object) => void) {
    this.#servers = servers;
    this.#log = log;
  }

  /** One feed per share serves all its watchers; it lives as long as the connection is wanted. */
  watch(uri: vscode.Uri): vscode.Disposable {
    const { url, share } = serverFileOf(uri);
    const connection = this.#servers.get(url);
    const key = `${url}/${share}`;
    if (connection && !this.#feeds.has(key)) {
      const feed = new ChangeFeed(connection, share, undefined, this.#log);
      feed.onDidChange((event) => this.#tell(url, share, event));
      this.#feeds.set(key, feed);
    }
    return { dispose: () => undefined };
  }

  /** Ends what was watched on a server that is no longer connected. */
  forget(url: string): void {
    for (const [key, feed] of this.#feeds) {
      if (!key.startsWith(`${url}/`)) continue;
      feed.dispose();
      this.#feeds.delete(key);
    }
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    return this.#attempt(uri, async (client, { share, path }) => {
      const pinned = pinnedContent(uri);
      if (pinned)
        return {
          type: vscode.FileType.File,
          size: pinned.to - pinned.from,
          ctime: 0,
          mtime: 0,
          permissions: vscode.FilePermission.Readonly,
        };
      const permissions = mayWrite(client, share) ? {} : { permissions: vscode.FilePermission.Readonly };
      if (path === undefined) return { type: vscode.FileType.Directory, size: 0, ctime: 0, mtime: 0, ...permissions };
      return { ...statOf(await find(client, share, path)), ...permissions };
    });
  }

  async readDirectory(uri: vscode.Uri): Promise<[string, vscode.FileType][]> {
    return this.#attempt(uri, async (client, { share, path }) => {
      const { rows } = await listFolder(client, share, path, { atLeast: Number.POSITIVE_INFINITY });
      return rows.map((row) => [nameOf(row.path), typeOf(row.entry)]);
    });
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return this.#attempt(uri, async (client, { share, path }) => {
      const pinned = pinnedContent(uri);
      if (pinned && pinned.to - pinned.from < pinned.size) return downloadPart(client, share, pinned);
      if (pinned) return downloadBytes(client, share, pinned);
      const { entry } = await find(client, share, path);
      if (entry.kind !== 'file') throw new SynclineError('NotAFile');
      if (entry.size > MOST_OPENED)
        throw new SynclineError(
          'TooLarge',
          l10n.t('It is too large for an editor; “Syncline: Open Part of File…” shows a part of it.'),
        );
      const bytes = await downloadBytes(client, share, entry);
      this.#seen.set(uri.toString(), entry);
      return bytes;
    });
  }

  async writeFile(
    uri: vscode.Uri,
    bytes: Uint8Array,
    options: { readonly create: boolean; readonly overwrite: boolean },
  ): Promise<void> {
    return this.#attempt(uri, async (client, { share, path }) => {
      if (path === undefined || pinnedContent(uri)) throw new SynclineError('NotAFile');
      const key = uri.toString();
      const expect =
        this.#seen.get(key) ?? (options.create && !options.overwrite ? null : await entryAt(client, share, path));
      if (expect === null && !options.create) throw new SynclineError('NotFound');
      const upload = uploadOf(bytes, nameOf(path));
      const entry: FileEntry = {
        kind: 'file',
        content: upload.content,
        size: upload.size,
        executable: expect?.kind === 'file' && expect.executable,
      };
      if (sameEntry(expect, entry)) return;
      const commit = { id: randomUUID(), operations: [{ kind: 'put', path, entry, expect }] satisfies Operation[] };
      const { results } =
        bytes.length === 0
          ? await client.request(files.commit, { share, ...commit })
          : await client.uploadAndCommit(share, [upload], commit);
      const [result] = results;
      if (result?.status === 'conflict') this.#seen.set(key, result.current);
      requireDone(result);
      this.#seen.set(key, entry);
    });
  }

  async createDirectory(uri: vscode.Uri): Promise<void> {
    await this.#commit(uri, (path) => ({ kind: 'makeDirectory', path }));
  }

  async delete(uri: vscode.Uri, { recursive }: { readonly recursive: boolean }): Promise<void> {
    await this.#commit(uri, async (path, client, share) => {
      const { entry } = await find(client, share, path);
      return { kind: 'delete', path, expect: entry, recursive };
    });
    this.#seen.delete(uri.toString());
  }

  async rename(from: vscode.Uri, to: vscode.Uri, { overwrite }: { readonly overwrite: boolean }): Promise<void> {
    const target = serverFileOf(to);
    await this.#commit(from, async (path, client, share) => {
      if (target.path === undefined || target.share !== share || target.url !== serverFileOf(from).url)
        throw new SynclineError('Unsupported', l10n.t('A rename stays within one share; copy the file instead.'));
      const { entry } = await find(client, share, path);
      const expectTo = overwrite ? await entryAt(client, share, target.path) : null;
      return { kind: 'rename', from: path, to: target.path, expect: entry, expectTo };
    });
  }

  dispose(): void {
    for (const feed of this.#feeds.values()) feed.dispose();
    this.#changes.dispose();
  }

  async #commit(
    uri: vscode.Uri,
    operation: (path: WirePath, client: ServerClient, share: string) => Operation | Promise<Operation>,
  ): Promise<void> {
    await this.#attempt(uri, async (client, { share, path }) => {
      if (path === undefined) throw new SynclineError('AccessDenied', l10n.t('The share itself cannot be changed.'));
      const operations = [await operation(path, client, share)];
      const { results } = await client.request(files.commit, { share, id: randomUUID(), operations });
      requireDone(results[0]);
    });
  }

  async #attempt<T>(uri: vscode.Uri, act: (client: ServerClient, file: ServerFile) => Promise<T>): Promise<T> {
    try {
      const file = serverFileOf(uri);
      if (!this.#servers.get(file.url))
        throw new SynclineError('ConnectionLost', l10n.t('Syncline is not connected to {0}.', file.url));
      return await act(await this.#servers.client(file.url, { deadlineMs: PATIENCE_MS }), file);
    } catch (error) {
      throw fileSystemError(error, uri);
    }
  }

  #tell(url: string, share: string, event: FeedEvent): void {
    const uri = (path: WirePath) => vscode.Uri.from({ scheme: SCHEME, ...uriParts({ url, share, path }) });
    if (event === 'everything') {
      const known = [...this.#seen.keys()].map((key) => vscode.Uri.parse(key, true));
      const here = known.filter(
        ({ authority, path }) => uri('x' as WirePath).authority === authority && path.startsWith(`/${share}/`),
      );
      return this.#changes.fire(here.map((each) => ({ type: vscode.FileChangeType.Changed, uri: each })));
    }
    this.#changes.fire(event.flatMap((change) => fileEvents(change, uri)));
  }
}

function fileEvents(change: Change, uri: (path: WirePath) => vscode.Uri): vscode.FileChangeEvent[] {
  const { Changed, Created, Deleted } = vscode.FileChangeType;
  // whether it was there before is not told; the Explorer waits for the one, whoever shows its content for the other
  if (change.kind === 'put') return [Created, Changed].map((type) => ({ type, uri: uri(change.path) }));
  if (change.kind === 'delete') return [{ type: Deleted, uri: uri(change.path) }];
  return [
    { type: Deleted, uri: uri(change.from) },
    { type: Created, uri: uri(change.to) },
  ];
}

/** The address of a content whatever its path holds now. */
export function contentUri(file: ServerFile, entry: FileEntry): vscode.Uri {
  const query = `content=${entry.content}&size=${entry.size}`;
  return vscode.Uri.from({ scheme: SCHEME, ...uriParts(file), query });
}

/** The same for a part of it. */
export function partUri(
  file: ServerFile,
  entry: FileEntry,
  { from, to }: { readonly from: number; readonly to: number },
): vscode.Uri {
  const whole = contentUri(file, entry);
  return whole.with({ query: `${whole.query}&from=${from}&to=${to}` });
}

/** Whether the token may change what the share holds. */
const mayWrite = ({ server }: ServerClient, share: string): boolean =>
  server.shares.find(({ name }) => name === share)?.rights.includes('write') === true;

function pinnedContent({ query }: vscode.Uri) {
  if (query === '') return undefined;
  const parameters = new URLSearchParams(query);
  const content = parameters.get('content');
  const size = Number(parameters.get('size'));
  const from = Number(parameters.get('from') ?? 0);
  const to = Number(parameters.get('to') ?? size);
  if (!isContentId(content) || ![size, from, to].every((each) => Number.isSafeInteger(each) && each >= 0))
    throw new SynclineError('NotFound');
  return { content, size, from, to };
}

async function find(client: ServerClient, share: string, path: WirePath | undefined): Promise<ListRow> {
  if (path === undefined) throw new SynclineError('NotAFile');
  const { found } = await client.request(files.stat, { share, path });
  if (!found) throw new SynclineError('NotFound');
  return found;
}

async function entryAt(client: ServerClient, share: string, path: WirePath): Promise<Entry | null> {
  return (await client.request(files.stat, { share, path })).found?.entry ?? null;
}

function requireDone(result: OperationResult | undefined): void {
  if (result?.status === 'done') return;
  if (result?.status === 'problem') throw new SynclineError(result.code, result.message);
  throw new SynclineError(
    'Changed',
    l10n.t(
      'It has changed on the server since it was opened here; nothing was overwritten. Compare, or save once more to replace it.',
    ),
  );
}

const statOf = ({ entry, modifiedAt }: ListRow): vscode.FileStat => ({
  type: typeOf(entry),
  size: entry.kind === 'file' ? entry.size : 0,
  ctime: modifiedAt,
  mtime: modifiedAt,
});

function typeOf(entry: Entry): vscode.FileType {
  if (entry.kind === 'directory') return vscode.FileType.Directory;
  return entry.kind === 'link' ? vscode.FileType.SymbolicLink : vscode.FileType.File;
}
