import type { ContentId } from '../../server/protocol/contentId.ts';
import { SynclineError } from '../../server/protocol/errors.ts';
import type { Operation } from '../../server/protocol/messages/files.ts';
import type { FileEntry } from '../../server/protocol/entry.ts';
import type { Problem } from '../../server/protocol/problem.ts';
import type { WirePath } from '../../server/protocol/wirePath.ts';
import type { ContentSink } from '../../server/protocol/transfer/contentSink.ts';
import {
  type ApplyOptions,
  type ContentSource,
  DONE,
  type Look,
  type Picture,
  type ScanRequest,
  type SendOptions,
  STALE,
  type WantedContent,
} from '../../extension/sync/endpoint.ts';
import type { PendingCommit, RemoteState } from '../../extension/sync/base/baseStore.ts';
import { IgnoreRules } from '../../extension/sync/ignore/ignoreRules.ts';
import type { LocalSide, RemoteSide } from '../../extension/sync/sides.ts';
import { EMPTY_TREE, entriesOf, nodeAt, type Tree, type TreeNode } from '../../extension/sync/tree/tree.ts';
import { TreeEditor } from '../../extension/sync/tree/treeEditor.ts';
import { carryOut, showOperation } from './carryOut.ts';
import { MemorySink } from './memorySink.ts';
import { showLeaf, textOf } from './treeNotation.ts';

/** In-memory double of an `Endpoint`: keeps its contract, tells what was done, and fails where a test wants it to. */
export class MemoryEndpoint implements LocalSide, RemoteSide {
  /** What it holds; a test may change it at any time, as another program would. */
  tree: Tree;
  problems: Problem[] = [];
  rules = new IgnoreRules(() => undefined);
  rootIdentity: string | undefined = 'root';
  /** Operations carried out, as text, and contents given out, by path. */
  readonly applied: string[] = [];
  readonly sent: string[] = [];
  readonly looks: Look[] = [];
  scanError: SynclineError | undefined;
  known: RemoteState | null = null;
  rev = 0;
  isConfirmed = true;
  isOnline = true;
  /** As a share does, it gives a content out wherever it holds it; a folder only where it is said to be. */
  findsContents = false;
  /** What it says about commits that are sent again. */
  resent: (commits: readonly PendingCommit[]) => Operation[] = () => [];
  /** Called before each operation; may throw, or change the tree. */
  beforeOperation: (operation: Operation) => void | Promise<void> = () => {};
  /** Called before each content is given out. */
  beforeSend: (wanted: WantedContent) => void | Promise<void> = () => {};
  #picture: Tree;
  readonly #watchers = new Set<(hint: Look) => void>();

  constructor(tree: Tree = EMPTY_TREE) {
    this.tree = tree;
    this.#picture = tree;
  }

  /** What it holds now becomes known without a look, as with a server that tells its changes. */
  announce(): void {
    this.#picture = this.tree;
  }

  async scan({ look, signal }: ScanRequest): Promise<Picture> {
    signal?.throwIfAborted();
    this.looks.push(look);
    if (this.scanError) throw this.scanError;
    if (look !== 'nothing') this.#picture = this.tree;
    return { tree: this.#picture, problems: this.problems };
  }

  async apply(operations: readonly Operation[], source: ContentSource, options: ApplyOptions): Promise<void> {
    const sink = new MemorySink();
    const held = new Set<ContentId>();
    for (const [, node] of entriesOf(this.tree)) if (node.kind === 'file') held.add(node.content);
    const wanted: WantedContent[] = [];
    for (const operation of operations) {
      if (operation.kind !== 'put' || operation.entry.kind !== 'file') continue;
      const { content, size } = operation.entry;
      if (size > 0 && !held.has(content)) wanted.push({ path: operation.path, content, size });
      held.add(content);
    }
    const gone = new Set(wanted.length > 0 ? await source.send(wanted, sink, options) : []);
    for (const operation of operations) {
      if (options.signal?.aborted) throw new SynclineError('Cancelled');
      await this.beforeOperation(operation);
      const isGone = operation.kind === 'put' && operation.entry.kind === 'file' && gone.has(operation.entry.content);
      const { tree, result } = isGone ? { tree: this.tree, result: undefined } : carryOut(this.tree, operation);
      if (result?.status !== 'done') {
        options.onOutcome(operation, STALE);
        continue;
      }
      this.tree = tree;
      this.rev++;
      this.#picture = carryOut(this.#picture, operation).tree;
      this.applied.push(showOperation(operation, (entry) => showLeaf(entry as TreeNode)));
      options.onOutcome(operation, DONE);
    }
  }

  async resend(commits: readonly PendingCommit[]): Promise<Operation[]> {
    return this.resent(commits);
  }

  async lookAtFile(path: WirePath): Promise<FileEntry | null> {
    const node = nodeAt(this.tree, path);
    if (node?.kind !== 'file') return null;
    const editor = new TreeEditor(this.#picture);
    editor.set(path, node);
    this.#picture = editor.tree();
    return node;
  }

  read(): ContentSource {
    return {
      open: (wanted, from) => this.#open(wanted, from),
      send: (wanted, sink, options) => this.#send(wanted, sink, options),
      close() {},
    };
  }

  async watch(onChange: (hint: Look) => void): Promise<{ dispose(): void }> {
    this.#watchers.add(onChange);
    return { dispose: () => void this.#watchers.delete(onChange) };
  }

  /** Tells watchers to look, as a real side does after a change. */
  hint(hint: Look): void {
    for (const watcher of this.#watchers) watcher(hint);
  }

  #holds({ path, content }: WantedContent): boolean {
    const node = nodeAt(this.tree, path);
    if (node?.kind === 'file' && node.content === content) return true;
    return (
      this.findsContents &&
      [...entriesOf(this.tree)].some(([, each]) => each.kind === 'file' && each.content === content)
    );
  }

  async *#open(wanted: WantedContent, from: number): AsyncGenerator<Uint8Array> {
    await this.beforeSend(wanted);
    if (!this.#holds(wanted)) throw new SynclineError('Changed');
    this.sent.push(wanted.path);
    yield Buffer.from(textOf(wanted.content)).subarray(from);
  }

  async #send(wanted: readonly WantedContent[], sink: ContentSink, { onProgress }: SendOptions): Promise<ContentId[]> {
    const gone: ContentId[] = [];
    for (const file of wanted) {
      const writer = await sink.open({ content: file.content, size: file.size, from: 0 });
      try {
        for await (const bytes of this.#open(file, 0)) {
          await writer.write(bytes);
          onProgress?.(bytes.byteLength);
        }
        await writer.finish();
      } catch (error) {
        await writer.abort();
        if (!(error instanceof SynclineError) || error.code !== 'Changed') throw error;
        gone.push(file.content);
      }
    }
    return gone;
  }
}
