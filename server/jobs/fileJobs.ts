import { createReadStream, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { diskError } from '../protocol/disk/diskError.ts';
import type { Entry, FileEntry } from '../protocol/entry.ts';
import { SynclineError } from '../protocol/errors.ts';
import { MAX_FRAME_PAYLOAD } from '../protocol/limits.ts';
import type { Right } from '../protocol/messages/message.ts';
import { printable, type WirePath } from '../protocol/wirePath.ts';
import type { Share } from '../store/share.ts';
import type { ClaimedJob, JobRunner } from './jobQueue.ts';
import { type FileOperation, type FileOutcome, type FileTarget, isFileOperation, type WorkFiles } from './operation.ts';
import type { OperationRegistry } from './operationRegistry.ts';
import type { OperationRunner, RunOptions } from './operationRunner.ts';
import { makeFolders } from '../protocol/disk/makeFolders.ts';

/** Whose job it is. */
export interface JobOwner {
  /** For history. */
  readonly name: string;
  readonly rights: readonly Right[];
}

export interface FileJobsOptions {
  readonly registry: OperationRegistry;
  readonly runner: OperationRunner;
  readonly shares: ReadonlyMap<string, Share>;
  /** Null for a token that is unknown or was revoked. */
  readonly ownerOf: (id: string) => JobOwner | null;
  /** For private copies; nobody else may use it. What an earlier process left there is removed. */
  readonly scratchFolder: string;
}

/**
 * Runs jobs on files of shares: a private copy of the file out, the work in a worker, what it wrote back in, and then one commit
 * that replaces only what was there when the job began. Jobs on values are passed on as they are.
 */
export class FileJobs implements JobRunner {
  readonly #options: FileJobsOptions;

  constructor(options: FileJobsOptions) {
    this.#options = options;
    rmSync(options.scratchFolder, { recursive: true, force: true });
  }

  /** Whether the owner may submit this. @throws SynclineError `UnknownShare`, `Forbidden` */
  require(owner: string, name: string, params: unknown): void {
    const operation = this.#options.registry.find(name);
    if (isFileOperation(operation)) this.#allowed(owner, operation.target(params));
  }

  /** Rejects like {@link OperationRunner.run}, and with what the share says of the file or of the commit. */
  async run(job: ClaimedJob, options: RunOptions, signal: AbortSignal): Promise<string> {
    const { registry, runner, scratchFolder } = this.#options;
    const operation = registry.find(job.operation);
    if (!isFileOperation(operation)) return runner.run(job, options, signal);
    const folder = join(scratchFolder, job.id);
    try {
      makeFolders(folder, 0o700);
      return JSON.stringify(await this.#runIn(folder, operation, job, options, signal));
    } catch (error) {
      throw signal.aborted && !(error instanceof SynclineError)
        ? new SynclineError('Cancelled', undefined, { cause: error })
        : diskError(error, 'keep the working copies of the job');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  async #runIn(
    scratch: string,
    operation: FileOperation,
    job: ClaimedJob,
    options: RunOptions,
    signal: AbortSignal,
  ): Promise<FileOutcome & { readonly path: WirePath }> {
    const target = operation.target(JSON.parse(job.params));
    const { share, by } = this.#allowed(job.owner, target);
    const from = requireFile((await share.stat(target.from))?.entry ?? null, target.from);
    const replaced = (await share.stat(target.to))?.entry ?? null;
    if (replaced) requireFile(replaced, target.to);
    const files: WorkFiles = { input: join(scratch, 'input'), output: join(scratch, 'output'), scratch };
    await writeAll(files.input, share.contents.read(from.content, 0, signal));
    const work = { operation: job.operation, params: job.params, files };
    const outcome = JSON.parse(await this.#options.runner.run(work, options, signal)) as FileOutcome;
    await stage(share, files.output, outcome, signal);
    const executable = replaced?.kind === 'file' && replaced.executable;
    const entry: FileEntry = { kind: 'file', content: outcome.content, size: outcome.size, executable };
    const put = { kind: 'put' as const, path: target.to, entry, expect: replaced };
    const { results } = await share.commit({ id: job.id, operations: [put], by }, signal);
    const [result] = results;
    if (result?.status === 'done') return { path: target.to, ...outcome };
    if (result?.status === 'problem') throw new SynclineError(result.code, result.message);
    const shown = printable(result?.path ?? target.to);
    if (result && result.path !== target.to)
      throw new SynclineError('NotADirectory', `“${shown}” on the server is no folder.`);
    throw new SynclineError('Changed', `“${shown}” changed while the job ran; nothing was replaced. Submit it again.`);
  }

  #allowed(owner: string, { share: name }: FileTarget): { share: Share; by: string } {
    const { shares, ownerOf } = this.#options;
    const who = ownerOf(owner);
    const lacking = (['read', 'write'] as const).find((right) => !who?.rights.includes(right));
    if (!who || lacking) {
      throw new SynclineError(
        'Forbidden',
        `The job works on files, and its token has no right to ${lacking ?? 'read'}.`,
      );
    }
    const share = shares.get(name);
    if (!share) throw new SynclineError('UnknownShare');
    return { share, by: who.name };
  }
}

function requireFile(entry: Entry | null, path: WirePath): FileEntry {
  if (entry?.kind === 'file') return entry;
  const data = { data: { path } };
  if (entry) throw new SynclineError('NotAFile', `“${printable(path)}” on the server is no file.`, data);
  throw new SynclineError('NotFound', `There is nothing at “${printable(path)}” on the server.`, data);
}

async function writeAll(file: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    for await (const bytes of pieces) await handle.writeFile(bytes);
  } finally {
    await handle.close();
  }
}

/** Hands a file over to the share, so that a commit can name its content. */
async function stage(share: Share, file: string, { content, size }: FileOutcome, signal: AbortSignal): Promise<void> {
  for (const part of await share.contents.missing([{ content, size }])) {
    const writer = await share.contents.sink().open(part);
    try {
      const bytes = createReadStream(file, { start: part.from, highWaterMark: MAX_FRAME_PAYLOAD, signal });
      for await (const piece of bytes as AsyncIterable<Uint8Array>) await writer.write(piece);
    } catch (error) {
      await writer.abort();
      throw error;
    }
    await writer.finish();
  }
}
