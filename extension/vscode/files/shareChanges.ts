import { randomUUID } from 'node:crypto';
import type { Entry } from '../../../server/protocol/entry.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import * as files from '../../../server/protocol/messages/files.ts';
import type { Operation, OperationResult } from '../../../server/protocol/messages/files.ts';
import { nameOf, type WirePath } from '../../../server/protocol/wirePath.ts';
import type { ServerClient } from '../../connect/serverClient.ts';
import { countText } from './sizeText.ts';
import { snapshotBelow } from './serverFolder.ts';

/** A place in a share together with the connection to it. */
export interface Share {
  readonly client: ServerClient;
  readonly share: string;
}

/** What was deleted, so that it can be put back. */
export interface Deletion {
  readonly path: WirePath;
  readonly entry: Entry;
  readonly below: readonly { readonly path: WirePath; readonly entry: Entry }[];
}

export async function entryAt({ client, share }: Share, path: WirePath): Promise<Entry | null> {
  return (await client.request(files.stat, { share, path })).found?.entry ?? null;
}

/** @throws SynclineError `NotFound` */
export async function requireEntry(share: Share, path: WirePath): Promise<Entry> {
  const entry = await entryAt(share, path);
  if (!entry) throw new SynclineError('NotFound', `There is no “${path}” on the server.`);
  return entry;
}

/** @throws SynclineError what the operation met, `Changed` when the share holds something else than expected */
export async function change(share: Share, operation: Operation): Promise<void> {
  const [result] = await commit(share, [operation]);
  requireDone(result);
}

export async function commit({ client, share }: Share, operations: readonly Operation[]): Promise<OperationResult[]> {
  const { limits } = client.server;
  const results: OperationResult[] = [];
  for (let at = 0; at < operations.length; at += limits.operations) {
    const part = operations.slice(at, at + limits.operations);
    results.push(...(await client.request(files.commit, { share, id: randomUUID(), operations: part })).results);
  }
  return results;
}

export function requireDone(result: OperationResult | undefined): void {
  if (result?.status === 'done') return;
  if (result?.status === 'problem') throw new SynclineError(result.code, result.message);
  if (result?.current === null)
    throw new SynclineError('Changed', `“${result.path}” is no longer on the server; nothing was done.`);
  throw new SynclineError(
    'Changed',
    `“${result?.path ?? ''}” has changed on the server meanwhile; nothing was overwritten.`,
  );
}

/** Deletes a path and everything below it, after noting what that is. */
export async function remove(share: Share, path: WirePath): Promise<Deletion> {
  const entry = await requireEntry(share, path);
  const below = entry.kind === 'directory' ? await snapshotBelow(share.client, share.share, path) : [];
  await change(share, { kind: 'delete', path, expect: entry, ...(entry.kind === 'directory' && { recursive: true }) });
  return { path, entry, below };
}

/**
 * Puts back what was deleted: the contents are still in the share's history, so nothing travels.
 * @throws SynclineError when something is in the way, or a content has left the history
 */
export async function undo(share: Share, deletion: Deletion): Promise<void> {
  const operations = [deletion, ...deletion.below].map(
    ({ path, entry }): Operation =>
      entry.kind === 'directory' ? { kind: 'makeDirectory', path } : { kind: 'put', path, entry, expect: null },
  );
  for (const result of await commit(share, operations)) requireDone(result);
}

export function deletionText(deletions: readonly Deletion[]): string {
  const [first] = deletions;
  if (!first) return 'Nothing was deleted.';
  if (deletions.length > 1) return `Deleted ${countText(deletions.length, 'item')} on the server.`;
  const inside = first.below.filter(({ entry }) => entry.kind !== 'directory').length;
  const contents = first.entry.kind === 'directory' ? ` with ${countText(inside, 'file')}` : '';
  return `Deleted “${nameOf(first.path)}”${contents} on the server.`;
}
