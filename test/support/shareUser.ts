import type { ContentId } from '../../server/protocol/contentId.ts';
import { contentIdOf } from '../../server/protocol/contentId.ts';
import type { Entry, FileEntry } from '../../server/protocol/entry.ts';
import type { Operation, OperationResult } from '../../server/protocol/messages/files.ts';
import type { Change, Cursor } from '../../server/protocol/messages/values.ts';
import { parseWirePath, type WirePath } from '../../server/protocol/wirePath.ts';
import type { Moment } from '../../server/store/history.ts';
import type { Share } from '../../server/store/share.ts';
import type { Tree } from './tree.ts';

export const path = (text: string): WirePath => parseWirePath(text);

export const fileEntry = (text: string, executable = false): FileEntry => ({
  kind: 'file',
  content: contentIdOf(Buffer.from(text)),
  size: Buffer.byteLength(text),
  executable,
});

/** What the notation of `tree.ts` stands for: text, `+x text`, `-> target`; null is a folder. */
export function entryOf(notation: string | null): Entry {
  if (notation === null) return { kind: 'directory' };
  if (notation.startsWith('-> ')) return { kind: 'link', target: notation.slice(3) };
  return notation.startsWith('+x ') ? fileEntry(notation.slice(3), true) : fileEntry(notation);
}

let commits = 0;
export const commitId = (): string => `commit-${process.pid}-${++commits}`;

/** Somebody who works with a share through its ports and expects to find what the tree of the moment says. */
export class ShareUser {
  readonly share: Share;
  readonly #by: string;

  constructor(share: Share, by = 'tester') {
    this.share = share;
    this.#by = by;
  }

  async upload(...texts: string[]): Promise<void> {
    const sink = this.share.contents.sink();
    for (const text of texts) {
      const bytes = Buffer.from(text);
      const writer = await sink.open({ content: contentIdOf(bytes), size: bytes.length, from: 0 });
      await writer.write(bytes);
      await writer.finish();
    }
  }

  async commit(...operations: Operation[]): Promise<OperationResult[]> {
    return (await this.share.commit({ id: commitId(), operations, by: this.#by })).results;
  }

  /** Uploads and puts; expects what is there now unless told otherwise. */
  async put(at: string, notation: string, expect?: Entry | null): Promise<OperationResult> {
    const entry = entryOf(notation);
    if (entry.kind === 'file') await this.upload(notation.replace(/^\+x /, ''));
    const [result] = await this.commit({
      kind: 'put',
      path: path(at),
      entry: entry as FileEntry,
      expect: expect === undefined ? await this.entryAt(at) : expect,
    });
    return result as OperationResult;
  }

  async remove(at: string, recursive = false): Promise<OperationResult> {
    const expect = (await this.entryAt(at)) ?? { kind: 'directory' };
    const [result] = await this.commit({ kind: 'delete', path: path(at), expect, recursive });
    return result as OperationResult;
  }

  async rename(from: string, to: string): Promise<OperationResult> {
    const expect = (await this.entryAt(from)) ?? { kind: 'directory' };
    const expectTo = await this.entryAt(to);
    const [result] = await this.commit({ kind: 'rename', from: path(from), to: path(to), expect, expectTo });
    return result as OperationResult;
  }

  async makeDirectory(at: string): Promise<OperationResult> {
    const [result] = await this.commit({ kind: 'makeDirectory', path: path(at) });
    return result as OperationResult;
  }

  async entryAt(at: string): Promise<Entry | null> {
    return (await this.share.stat(path(at)))?.entry ?? null;
  }

  async read(content: ContentId, from = 0): Promise<string> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.share.contents.read(content, from)) pieces.push(piece);
    return Buffer.concat(pieces).toString();
  }

  /** What each path holds, without looking at the bytes. */
  async entries(): Promise<Record<string, Entry>> {
    const puts = (await snapshotOf(this.share)).filter((change) => change.kind === 'put');
    return Object.fromEntries(puts.map(({ path: at, entry }) => [at, entry]));
  }

  /** What the share, or a path in it and everything below that, held at a moment. `?`: something of which nothing is left. */
  async past(at: Moment, below?: string, limit = 3): Promise<Tree> {
    const where = below === undefined ? {} : { path: path(below) };
    const tree: Record<string, string | null> = {};
    let page = await this.share.past({ ...where, at, limit });
    if (below !== undefined && page.found) tree[below] = await this.#show(page.found.entry);
    for (;;) {
      for (const { path: each, entry } of page.entries) tree[each] = await this.#show(entry);
      const after = page.entries.at(-1)?.path;
      if (!page.more || after === undefined) return tree;
      page = await this.share.past({ ...where, at: { rev: page.rev }, after, limit });
    }
  }

  async #show(entry: Entry | null): Promise<string | null> {
    if (entry === null) return '?';
    if (entry.kind === 'directory') return null;
    if (entry.kind === 'link') return `-> ${entry.target}`;
    return `${entry.executable ? '+x ' : ''}${await this.read(entry.content)}`;
  }

  /** The whole share, read back from its snapshot and its contents. */
  async tree(dir?: string): Promise<Tree> {
    const tree: Record<string, string | null> = {};
    for (const change of await snapshotOf(this.share, dir)) {
      if (change.kind !== 'put') throw new Error('a snapshot consists of puts');
      tree[change.path] = await this.#show(change.entry);
    }
    return tree;
  }

  async changesSince(since: Cursor, dir?: string): Promise<string[]> {
    const { changes, reset } = await this.share.changes({ since, ...(dir ? { dir: path(dir) } : {}) });
    return [...(reset ? ['reset'] : []), ...changes.map(describe)];
  }
}

/** A change on one line, without its revision. */
export function describe(change: Change): string {
  switch (change.kind) {
    case 'put':
      return `put ${change.path}${change.entry.kind === 'directory' ? '/' : ''}`;
    case 'delete':
      return `delete ${change.path}`;
    case 'rename':
      return `rename ${change.from} ${change.to}`;
  }
}

/** All pages of a snapshot. */
async function snapshotOf(share: Share, dir?: string): Promise<Change[]> {
  const where = dir === undefined ? {} : { dir: path(dir) };
  const changes: Change[] = [];
  let page = await share.changes({ ...where, limit: 3 });
  changes.push(...page.changes);
  while (page.snapshot) {
    page = await share.changes({ ...where, snapshot: page.snapshot, limit: 3 });
    changes.push(...page.changes);
  }
  return changes;
}
