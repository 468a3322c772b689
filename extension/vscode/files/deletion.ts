import * as l10n from '@vscode/l10n';
import type { Entry } from '../../../server/protocol/entry.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import { nameOf, type WirePath } from '../../../server/protocol/wirePath.ts';
import type { RemoteFiles } from '../../connect/remoteFiles.ts';
import { countText } from './sizeText.ts';

/** What was deleted, so that it can be put back. */
export interface Deletion {
  readonly path: WirePath;
  readonly entry: Entry;
  /** Everything that was below, folders before what was in them. */
  readonly below: readonly { readonly path: WirePath; readonly entry: Entry }[];
}

/** Operations sent at once when a deletion is undone; within what every server allows. */
const BATCH = 500;

/** Deletes a path and everything below it, after noting what that is. @throws SynclineError `NotFound`, `Changed`… */
export async function remove(files: RemoteFiles, path: WirePath): Promise<Deletion> {
  const { entry } = await files.stat(path);
  const below: { path: WirePath; entry: Entry }[] = [];
  if (entry.kind === 'directory')
    for await (const page of files.tree(path))
      below.push(...page.filter((each) => each.path !== path).map((each) => ({ path: each.path, entry: each.entry })));
  await files.remove(path, entry, entry.kind === 'directory');
  return { path, entry, below };
}

/**
 * Puts back what was deleted: the contents are still in the share's history, so nothing travels.
 * @throws SynclineError when something is in the way, or a content has left the history; the rest is put back all the same
 */
export async function undo(files: RemoteFiles, deletion: Deletion): Promise<void> {
  const operations = [deletion, ...deletion.below].map(
    ({ path, entry }): Operation =>
      entry.kind === 'directory' ? { kind: 'makeDirectory', path } : { kind: 'put', path, entry, expect: null },
  );
  let failure: SynclineError | undefined;
  for (let at = 0; at < operations.length; at += BATCH) {
    for (const result of await files.commit(operations.slice(at, at + BATCH))) {
      if (result.status === 'problem') failure ??= new SynclineError(result.code, result.message);
      if (result.status === 'conflict')
        failure ??= new SynclineError(
          'AlreadyExists',
          l10n.t('There is something at “{0}” again; it was left alone.', result.path),
        );
    }
  }
  if (failure) throw failure;
}

export function deletionText(deletions: readonly Deletion[]): string {
  const [first] = deletions;
  if (!first) return l10n.t('Nothing was deleted.');
  if (deletions.length > 1) return l10n.t('Deleted {0} on the server.', countText(deletions.length, 'item'));
  const inside = first.below.filter(({ entry }) => entry.kind !== 'directory').length;
  const contents = first.entry.kind === 'directory' ? l10n.t(' with {0}', countText(inside, 'file')) : '';
  return l10n.t('Deleted “{0}”{1} on the server.', nameOf(first.path), contents);
}
