import type { ContentId } from '../../../server/protocol/contentId.ts';
import type { FileEntry } from '../../../server/protocol/entry.ts';
import { type HashOptions, hashFiles } from '../../../server/protocol/disk/hashFile.ts';
import { isExecutable, sameIdentity, type StatIdentity } from '../../../server/protocol/disk/statIdentity.ts';
import { TimeSlice } from '../../../server/protocol/disk/timeSlice.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { Problem } from '../../../server/protocol/problem.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import type { EarlyContents } from '../endpoint.ts';
import { filterInSteps, inSlices } from '../inSlices.ts';
import type { TreeNode } from '../tree/tree.ts';
import type { StatCache } from './statCache.ts';

/** With fewer files in one go, what they hold is sent soon enough when all is known. */
const MANY = 64;

/** A file whose content is not known yet. `known` is what the base holds there. */
interface PendingFile {
  readonly path: WirePath;
  readonly identity: StatIdentity;
  /** It may be known under another path. */
  readonly mayBeMoved: boolean;
  readonly known: TreeNode | undefined;
  readonly found: Found;
}

/** `isSure`: the file is known to hold this whenever it has the identity that it was found with. */
type Found = (entry: FileEntry, isSure: boolean) => void;

/** Collects files whose contents are not known yet and reads many of them together. */
export class FileHasher {
  readonly #root: string;
  readonly #cache: StatCache;
  readonly #early: EarlyContents | undefined;
  #pending: PendingFile[] = [];
  readonly #failed = new Map<WirePath, { readonly file: PendingFile; readonly problem: Problem }>();
  #areMany = false;

  constructor(root: string, cache: StatCache, early?: EarlyContents) {
    this.#root = root;
    this.#cache = cache;
    this.#early = early;
  }

  /** Files that {@link hash} would read. */
  get waiting(): number {
    return this.#pending.length;
  }

  /** `found` is called now or when the file is read, or never if it cannot be read. */
  add(path: WirePath, identity: StatIdentity, known: TreeNode | undefined, found: Found): void {
    const content = this.#cache.contentAt(path, identity);
    if (content) this.#find(identity, known, found, content);
    else this.#pending.push({ path, identity, mayBeMoved: content === undefined, known, found });
  }

  #find(identity: StatIdentity, known: TreeNode | undefined, found: Found, content: ContentId): void {
    const executable = executableBit(identity, known);
    // the base's own node, so that nobody has to find out again that nothing has changed
    const isKnown = known?.kind === 'file' && known.content === content && known.executable === executable;
    found(isKnown ? known : { kind: 'file', content, size: identity.size, executable }, true);
  }

  /** Reads what was added so far. */
  async hash(signal: AbortSignal | undefined): Promise<void> {
    const pending = this.#pending;
    this.#pending = [];
    await this.#read(pending, signal);
  }

  /** Reads the rest. Returns the problems of files that cannot be read; one that is being written to is tried once more. */
  async finish(signal: AbortSignal | undefined): Promise<Problem[]> {
    await this.hash(signal);
    const failed = [...this.#failed.values()];
    if (failed.some(({ problem }) => problem.code === 'Changed'))
      await this.#read(
        failed.map(({ file }) => ({ ...file, mayBeMoved: false })),
        signal,
      );
    return [...this.#failed.values()].map(({ problem }) => problem);
  }

  /** Finds those that the cache knows by another path. */
  async #withoutMoved(
    waiting: readonly PendingFile[],
    signal: AbortSignal | undefined,
  ): Promise<readonly PendingFile[]> {
    if (!waiting.some(({ mayBeMoved }) => mayBeMoved)) return waiting;
    await this.#cache.prepare(signal);
    const isUnknown = (file: PendingFile): boolean => {
      const content = file.mayBeMoved ? this.#cache.contentOf(file.path, file.identity) : undefined;
      if (content !== undefined) this.#find(file.identity, file.known, file.found, content);
      return content === undefined;
    };
    return inSlices(filterInSteps(waiting, isUnknown), signal);
  }

  async #read(waiting: readonly PendingFile[], signal: AbortSignal | undefined): Promise<void> {
    const pending = await this.#withoutMoved(waiting, signal);
    if (pending.length === 0) return;
    this.#areMany ||= pending.length >= MANY;
    const onContent = this.#early && this.#areMany ? offer(pending, this.#early) : undefined;
    const paths = pending.map(({ path }) => path);
    const results = await hashFiles(this.#root, paths, { signal, onContent });
    const slice = new TimeSlice();
    for (const [index, result] of results.entries()) {
      if (slice.spent) await slice.rest(signal);
      const file = pending[index] as PendingFile;
      const { path, known, found } = file;
      this.#failed.delete(path);
      if (result instanceof SynclineError) {
        const { code, message } = result;
        if (code !== 'NotFound') this.#failed.set(path, { file, problem: { path, code, message } });
        continue;
      }
      const { content, size, identity, readAtNs } = result;
      const isSure = this.#cache.remember(path, identity, content, readAtNs) && sameIdentity(identity, file.identity);
      found({ kind: 'file', content, size, executable: executableBit(identity, known) }, isSure);
    }
  }
}

function offer(pending: readonly PendingFile[], early: EarlyContents): HashOptions['onContent'] {
  return (index, { content }, bytes) => early.offer((pending[index] as PendingFile).path, content, bytes);
}

/** Windows has no such bit: there a file keeps the one it had. */
function executableBit(identity: StatIdentity, known: TreeNode | undefined): boolean {
  if (process.platform !== 'win32') return isExecutable(identity);
  return known?.kind === 'file' && known.executable;
}
