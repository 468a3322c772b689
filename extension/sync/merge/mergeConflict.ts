import { contentIdOf } from '../../../server/protocol/contentId.ts';
import { type Entry, type FileEntry, sameEntry } from '../../../server/protocol/entry.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import { printable } from '../../../server/protocol/wirePath.ts';
import type { ContentSource, Outcome } from '../endpoint.ts';
import { bytesSource } from './bytesSource.ts';
import type { Conflict } from '../reconcile/conflict.ts';
import type { AppliedOperation } from '../plan.ts';
import type { LocalSide, RemoteSide } from '../sides.ts';
import { using } from '../using.ts';
import { mergeText, refusalText } from './mergeText.ts';
import { MOST_MERGED_BYTES } from './textForm.ts';

/** A conflict in which both sides edited a file that both once held. */
export interface Mergeable extends Conflict {
  readonly base: FileEntry;
  readonly mine: FileEntry;
  readonly theirs: FileEntry;
}

export interface MergedFile {
  readonly entry: FileEntry;
  readonly bytes: Uint8Array;
}

/** @throws SynclineError `CannotMerge` */
export function requireMergeable(conflict: Conflict): asserts conflict is Mergeable {
  const { path, base, mine, theirs } = conflict;
  if (mine?.kind !== 'file' || theirs?.kind !== 'file') throw cannot(path, 'it is no file on both sides');
  if (base?.kind !== 'file')
    throw cannot(path, 'both sides got it apart from each other, so there is nothing to start from');
  if ([base, mine, theirs].some(({ size }) => size > MOST_MERGED_BYTES))
    throw cannot(path, `only texts of up to ${MOST_MERGED_BYTES / 1024 / 1024} MB are merged`);
}

/**
 * The three contents of a conflict as one. Mine is read from the one side, theirs and the base from the other, whose history
 * has the base as long as it is kept.
 *
 * @throws SynclineError `CannotMerge` when the edits overlap, are no text, or the base is no longer to be had; `Changed` when
 * a side no longer holds what the conflict says.
 */
export async function mergeContents(
  { path, base, mine, theirs }: Mergeable,
  local: ContentSource,
  remote: ContentSource,
): Promise<MergedFile> {
  const read = (source: ContentSource, { content, size }: FileEntry): Promise<Uint8Array> =>
    readAll(source, { path, content, size });
  const [here, there] = [await read(local, mine), await read(remote, theirs)];
  const from = await read(remote, base).catch((error: unknown) => {
    if (!isGone(error)) throw error;
    throw cannot(path, 'the server no longer has the state that both sides started from');
  });
  const outcome = mergeText(from, here, there);
  if (outcome.kind !== 'merged') throw cannot(path, refusalText(outcome) ?? '');
  const { bytes } = outcome;
  const executable = mine.executable === theirs.executable ? mine.executable : !base.executable;
  return { bytes, entry: { kind: 'file', content: contentIdOf(bytes), size: bytes.byteLength, executable } };
}

/**
 * Puts what was merged on both sides, each on the condition that it still holds what the conflict says: first here, where a
 * safety copy of mine is kept, then on the server, whose history keeps theirs. In between the conflict is one of what was
 * merged and theirs, which merges to the same.
 *
 * @throws SynclineError `Changed` when a side no longer holds what the conflict says
 */
export async function putMerged(
  { path, mine, theirs }: Mergeable,
  { entry, bytes }: MergedFile,
  sides: { readonly local: LocalSide; readonly remote: RemoteSide },
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly onApplied: (applied: AppliedOperation) => void;
  },
): Promise<void> {
  const put = async (side: 'local' | 'remote', expect: Entry): Promise<void> => {
    if (sameEntry(expect, entry)) return;
    const operation: Operation = { kind: 'put', path, entry, expect };
    const outcomes: Outcome[] = [];
    await sides[side].apply([operation], bytesSource(bytes), {
      signal: options.signal,
      onOutcome: (_, outcome) => void outcomes.push(outcome),
    });
    const [outcome] = outcomes;
    if (outcome?.kind === 'problem') throw new SynclineError(outcome.problem.code, outcome.problem.message);
    if (outcome?.kind !== 'done')
      throw new SynclineError('Changed', `“${printable(path)}” has changed since; look at the conflict again.`);
    options.onApplied({ side, operation });
  };
  await put('local', mine);
  await put('remote', theirs);
}

/** Merges a conflict, on both sides. @throws SynclineError as the two steps do */
export async function mergeConflict(
  conflict: Conflict,
  sides: { readonly local: LocalSide; readonly remote: RemoteSide },
  options: Parameters<typeof putMerged>[3],
): Promise<void> {
  requireMergeable(conflict);
  const merged = await using(sides.local.read(), (local) =>
    using(sides.remote.read(), (remote) => mergeContents(conflict, local, remote)),
  );
  options.signal?.throwIfAborted();
  await putMerged(conflict, merged, sides, options);
}

async function readAll(source: ContentSource, wanted: Parameters<ContentSource['open']>[0]): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  if (wanted.size > 0) for await (const bytes of source.open(wanted, 0)) pieces.push(Buffer.from(bytes));
  const bytes = Buffer.concat(pieces);
  if (contentIdOf(bytes) !== wanted.content) throw new SynclineError('Changed');
  return bytes;
}

const isGone = (error: unknown): boolean =>
  error instanceof SynclineError && (error.code === 'ContentGone' || error.code === 'Changed');

const cannot = (path: string, reason: string): SynclineError =>
  new SynclineError('CannotMerge', `“${printable(path)}” cannot be merged: ${reason}. Nothing was changed.`);
