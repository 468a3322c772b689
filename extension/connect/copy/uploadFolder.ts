import { join } from 'node:path';
import { EMPTY_CONTENT } from '../../../server/protocol/contentId.ts';
import { hashFiles } from '../../../server/protocol/disk/hashFile.ts';
import { isExecutable } from '../../../server/protocol/disk/statIdentity.ts';
import type { WalkedChild } from '../../../server/protocol/disk/walkDirectory.ts';
import { DIRECTORY, type Entry, sameEntry } from '../../../server/protocol/entry.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import type { Problem } from '../../../server/protocol/problem.ts';
import { printable, type WirePath, wirePathFault } from '../../../server/protocol/wirePath.ts';
import { fileContent } from '../fileContent.ts';
import type { RemoteFiles } from '../remoteFiles.ts';
import type { UploadContent } from '../serverClient.ts';
import type { CopyOptions } from './copyProgress.ts';
import { readLocalFolder } from './localFolder.ts';

export interface CopiedFolder {
  /** Files and links that were copied, and those that were the same already. */
  readonly copied: number;
  readonly same: number;
  /** Left alone because what is in their place was not to be replaced. */
  readonly skipped?: number;
  /** Of the files copied. */
  readonly bytes: number;
  readonly problems: readonly Problem[];
}

/** A file or link whose place in the share holds something that was not seen from here. */
export interface Replacement {
  readonly path: WirePath;
  /** Below the local folder. */
  readonly relative: WirePath;
  readonly mine: Entry;
  readonly theirs: Entry;
}

export interface UploadFolderOptions extends CopyOptions {
  readonly skip?: (path: string, isDirectory: boolean) => boolean;
  /** What both sides last agreed on, by path below the local folder: replacing that overwrites nothing that was not seen. */
  readonly baseOf?: (relative: WirePath) => Entry | null;
  /** Asked once, for all that differ from their base, before anything is sent; resolves to those that may be replaced. */
  readonly chooseReplaced?: (differing: readonly Replacement[]) => Promise<readonly Replacement[]>;
}

/** Files and bytes that are uploaded and committed together. */
const BATCH_OPERATIONS = 500;
const BATCH_BYTES = 64 * 1024 * 1024;

/**
 * Copies a local folder into a folder of the share (undefined: its root). Files that the share has already stay as they are,
 * different ones are replaced (without `chooseReplaced` all of them), others are left alone. Each is replaced only while the
 * share holds what was seen before the question. What cannot be copied is a problem, and the rest goes on.
 */
export async function uploadFolder(
  files: RemoteFiles,
  local: string,
  to: WirePath | undefined,
  options: UploadFolderOptions = {},
): Promise<CopiedFolder> {
  const { children, problems: walked } = await readLocalFolder(local, options);
  const problems = [...walked];
  const there = await remoteEntries(files, to, options.signal);
  const found = await localEntries(local, children, options.signal, problems);
  const wanted: Step[] = to !== undefined && !there.has(to) ? [{ operation: { kind: 'makeDirectory', path: to } }] : [];
  let same = 0;
  for (const [relative, entry] of found) {
    const step = decide(local, relative, entry, to, there);
    if (step === 'same') same++;
    else if (step !== null && 'code' in step) problems.push(step);
    else if (step !== null) wanted.push(step);
  }
  const steps = await withoutRefused(wanted, options);
  const copies = steps.filter(({ operation }) => operation.kind === 'put').length;
  const bytes = steps.reduce((sum, { source }) => sum + (source?.size ?? 0), 0);
  options.onTotal?.(bytes);
  let failed = 0;
  for (const batch of batches(steps)) failed += await send(files, batch, options, problems);
  return { copied: copies - failed, same, skipped: wanted.length - steps.length, bytes, problems };
}

interface Step {
  readonly operation: Operation;
  /** Set where something that is there would be replaced. */
  readonly replacement?: Replacement;
  readonly source?: UploadContent;
}

async function remoteEntries(
  files: RemoteFiles,
  to: WirePath | undefined,
  signal: AbortSignal | undefined,
): Promise<Map<WirePath, Entry>> {
  const there = new Map<WirePath, Entry>();
  if (to !== undefined) {
    const found = await files.find(to, { signal });
    if (!found) return there;
    if (found.entry.kind !== 'directory') {
      throw new SynclineError(
        'NotADirectory',
        `“${printable(to)}” on the server is no folder; nothing was overwritten.`,
      );
    }
    there.set(to, found.entry);
  }
  for await (const page of files.tree(to, { signal })) for (const { path, entry } of page) there.set(path, entry);
  return there;
}

async function localEntries(
  local: string,
  children: readonly WalkedChild[],
  signal: AbortSignal | undefined,
  problems: Problem[],
): Promise<Map<WirePath, Entry>> {
  const plain = children.filter(({ kind }) => kind === 'file').map(({ path }) => path);
  const hashed = await hashFiles(local, plain, { signal });
  const byPath = new Map(plain.map((path, at) => [path, hashed[at]]));
  const entries = new Map<WirePath, Entry>();
  for (const child of children) {
    const file = byPath.get(child.path);
    if (child.kind === 'directory') entries.set(child.path, DIRECTORY);
    else if (child.kind === 'link') entries.set(child.path, { kind: 'link', target: child.target ?? '' });
    else if (file instanceof SynclineError) problems.push({ path: child.path, code: file.code, message: file.message });
    else if (file) {
      const { content, size, identity } = file;
      entries.set(child.path, { kind: 'file', content, size, executable: isExecutable(identity) });
    }
  }
  return entries;
}

function decide(
  local: string,
  relative: WirePath,
  entry: Entry,
  to: WirePath | undefined,
  there: ReadonlyMap<WirePath, Entry>,
): Step | Problem | 'same' | null {
  const path = to === undefined ? relative : (`${to}/${relative}` as WirePath);
  const fault = wirePathFault(path);
  if (fault) return { path, code: 'IllegalPath', message: fault };
  const expect = there.get(path) ?? null;
  if (entry.kind === 'directory') {
    if (!expect) return { operation: { kind: 'makeDirectory', path } };
    return expect.kind === 'directory' ? null : inTheWay(path, 'NotADirectory', 'a file');
  }
  if (sameEntry(entry, expect)) return 'same';
  if (expect?.kind === 'directory') return inTheWay(path, 'NotAFile', 'a folder');
  const operation: Operation = { kind: 'put', path, entry, expect };
  const step: Step = { operation, ...(expect && { replacement: { path, relative, mine: entry, theirs: expect } }) };
  if (entry.kind === 'link' || entry.content === EMPTY_CONTENT) return step;
  const replaces = expect?.kind === 'file' ? expect.content : undefined;
  return { ...step, source: fileContent(join(local, relative), relative, { ...entry, replaces }) };
}

/** The steps without those that would replace what somebody has not seen and does not want replaced. */
async function withoutRefused(
  steps: readonly Step[],
  { baseOf, chooseReplaced }: UploadFolderOptions,
): Promise<readonly Step[]> {
  const differing = steps.flatMap(({ replacement }) =>
    replacement && !sameEntry(replacement.theirs, baseOf?.(replacement.relative) ?? null) ? [replacement] : [],
  );
  if (!chooseReplaced || differing.length === 0) return steps;
  const refused = new Set<Replacement>(differing);
  for (const chosen of await chooseReplaced(differing)) refused.delete(chosen);
  return steps.filter(({ replacement }) => !replacement || !refused.has(replacement));
}

const inTheWay = (path: WirePath, code: Problem['code'], what: string): Problem => ({
  path,
  code,
  message: `The server has ${what} of this name; nothing was overwritten.`,
});

function* batches(steps: readonly Step[]): Generator<readonly Step[]> {
  let batch: Step[] = [];
  let bytes = 0;
  for (const step of steps) {
    const size = step.source?.size ?? 0;
    if (batch.length > 0 && (batch.length >= BATCH_OPERATIONS || bytes + size > BATCH_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(step);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

/** Uploads what is missing and commits; returns how many puts did not come about. */
async function send(
  files: RemoteFiles,
  batch: readonly Step[],
  options: CopyOptions,
  problems: Problem[],
): Promise<number> {
  await files.upload(
    batch.flatMap(({ source }) => source ?? []),
    options,
  );
  const operations = batch.map(({ operation }) => operation);
  const results = await files.commit(operations, options);
  let failed = 0;
  operations.forEach((operation, at) => {
    const result = results[at];
    if (!result || result.status === 'done') return;
    if (operation.kind === 'put') failed++;
    problems.push(
      result.status === 'problem'
        ? { path: result.path, code: result.code, message: result.message }
        : {
            path: result.path,
            code: 'Changed',
            message: 'It changed on the server meanwhile; nothing was overwritten.',
          },
    );
  });
  return failed;
}
