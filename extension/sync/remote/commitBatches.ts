import type { ContentId } from '../../../server/protocol/contentId.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import type { WantedContent } from '../endpoint.ts';

/** Operations that go to the server in one commit, and the contents it needs for them. */
export interface CommitBatch {
  readonly operations: readonly Operation[];
  readonly contents: readonly WantedContent[];
  /** Of the contents. */
  readonly bytes: number;
  /** Of what the server has already because it was sent before. */
  readonly sentBytes: number;
}

export interface BatchLimits {
  readonly operations: number;
  readonly contents: number;
}

/** A batch is closed when its contents reach this size, so that what has arrived is committed while the rest travels. */
const BATCH_BYTES = 32 * 1024 * 1024;

/**
 * Divides operations into commits, in their order. A content is asked for in the first batch that names it, unless it has been
 * `sent` already.
 */
export function commitBatches(
  operations: readonly Operation[],
  limits: BatchLimits,
  sent: ReadonlySet<ContentId> = new Set(),
): CommitBatch[] {
  const batches: CommitBatch[] = [];
  const seen = new Set<ContentId>();
  let batch = emptyBatch();
  for (const operation of operations) {
    const content = newContent(operation, seen);
    const isFull =
      batch.operations.length >= limits.operations ||
      (content && (batch.contents.length >= limits.contents || batch.bytes + content.size > BATCH_BYTES));
    if (isFull && batch.operations.length > 0) {
      batches.push(batch);
      batch = emptyBatch();
    }
    batch.operations.push(operation);
    if (!content) continue;
    seen.add(content.content);
    if (sent.has(content.content)) {
      batch.sentBytes += content.size;
      continue;
    }
    batch.contents.push(content);
    batch.bytes += content.size;
  }
  if (batch.operations.length > 0) batches.push(batch);
  return batches;
}

interface OpenBatch {
  operations: Operation[];
  contents: WantedContent[];
  bytes: number;
  sentBytes: number;
}

const emptyBatch = (): OpenBatch => ({ operations: [], contents: [], bytes: 0, sentBytes: 0 });

/** The content that an operation brings, unless the server surely has it: nothing at all, or what is replaced there. */
function newContent(operation: Operation, seen: ReadonlySet<ContentId>): WantedContent | undefined {
  if (operation.kind !== 'put' || operation.entry.kind !== 'file') return undefined;
  const { path, expect, entry } = operation;
  if (entry.size === 0 || seen.has(entry.content)) return undefined;
  if (expect?.kind === 'file' && expect.content === entry.content) return undefined;
  const replaces = expect?.kind === 'file' && expect.size > 0 ? expect : undefined;
  return { path, content: entry.content, size: entry.size, ...(replaces && { replaces }) };
}
