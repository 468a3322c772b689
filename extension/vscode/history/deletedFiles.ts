import type { Version } from '../../../server/protocol/messages/files.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';

/** The last version of each path that was deleted and is not there again; as they were given, the newest first. */
export async function deletedFiles(
  versions: readonly Version[],
  exists: (path: WirePath) => Promise<boolean>,
): Promise<Version[]> {
  const last = new Map<WirePath, Version>();
  for (const version of versions) if (!last.has(version.path)) last.set(version.path, version);
  const deleted = [...last.values()].filter(({ reason }) => reason === 'deleted');
  const there = await Promise.all(deleted.map(({ path }) => exists(path)));
  return deleted.filter((_, at) => !there[at]);
}
