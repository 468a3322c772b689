import { SynclineError } from '../../protocol/errors.ts';
import { type Entry, sameEntry } from '../../protocol/entry.ts';
import { type HashedFile, hashFiles } from '../../protocol/disk/hashFile.ts';
import { isExecutable } from '../../protocol/disk/statIdentity.ts';
import { walkDirectory } from '../../protocol/disk/walkDirectory.ts';
import type { WirePath } from '../../protocol/wirePath.ts';
import { compareFolder } from './compareFolder.ts';
import type { IndexEntries, IndexEntry } from './indexEntries.ts';
import type { ShareRoot } from './shareRoot.ts';

/** What reading a page of entries again has shown. */
export interface VerifiedPage {
  /** Files whose bytes were read. */
  readonly checked: number;
  /** Paths that look different from what the index says; they have to be looked at while nobody changes them. */
  readonly suspects: Set<WirePath>;
  readonly hashed: Map<WirePath, HashedFile>;
}

/** Reads the files of a page, and lists its folders for what the index does not know. @throws `ShareUnavailable`, `Cancelled` */
export async function verifyPage(
  root: ShareRoot,
  entries: IndexEntries,
  page: readonly IndexEntry[],
  folders: readonly (WirePath | '')[],
  signal: AbortSignal | undefined,
): Promise<VerifiedPage> {
  root.check();
  const suspects = new Set<WirePath>();
  const hashed = new Map<WirePath, HashedFile>();
  const files = page.filter(({ entry }) => entry.kind === 'file');
  const results = await hashFiles(
    root.path,
    files.map(({ path }) => path),
    { signal },
  );
  for (const [i, result] of results.entries()) {
    const { path, entry } = files[i] as IndexEntry;
    if (result instanceof SynclineError) suspects.add(path);
    else if (!sameEntry(entry, toEntry(result))) {
      suspects.add(path);
      hashed.set(path, result);
    }
  }
  const below = page.filter(({ entry }) => entry.kind === 'directory').map(({ path }) => path);
  for (const folder of [...folders, ...below])
    for (const path of await differences(root, entries, folder, signal)) suspects.add(path);
  root.check();
  return { checked: results.filter((result) => !(result instanceof SynclineError)).length, suspects, hashed };
}

async function differences(
  root: ShareRoot,
  entries: IndexEntries,
  folder: WirePath | '',
  signal: AbortSignal | undefined,
): Promise<WirePath[]> {
  const from = folder === '' ? undefined : folder;
  const options = { rootError: 'ShareUnavailable' as const, from, skip: root.skip, enter: () => false, signal };
  const paths: WirePath[] = [];
  for await (const walked of walkDirectory(root.path, options)) {
    const known = entries.children(walked.path);
    const { suspects, missing } = compareFolder(known, walked);
    for (const { path } of [...suspects, ...missing]) paths.push(path);
  }
  return paths;
}

function toEntry({ content, size, identity }: HashedFile): Entry {
  return { kind: 'file', content, size, executable: isExecutable(identity) };
}
