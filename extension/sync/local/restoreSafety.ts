import { lstatSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { diskError } from '../../../server/protocol/disk/diskError.ts';
import { hashFile } from '../../../server/protocol/disk/hashFile.ts';
import { makeFolders } from '../../../server/protocol/disk/makeFolders.ts';
import { isExecutable } from '../../../server/protocol/disk/statIdentity.ts';
import { DIRECTORY, type Entry, sameEntry } from '../../../server/protocol/entry.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import type { Problem } from '../../../server/protocol/problem.ts';
import { isWithin, type WirePath, wirePathFault } from '../../../server/protocol/wirePath.ts';
import { LocalEndpoint } from './localEndpoint.ts';
import { LocalReader } from './localReader.ts';
import { SafetyCopies } from './safetyCopies.ts';
import { copiesOf, type SafetyCopy, type SafetySession } from './safetyList.ts';
import type { SafetyPlace } from './safetyPlaces.ts';
import { StatCache } from './statCache.ts';

export interface RestoredCopies {
  readonly restored: readonly WirePath[];
  /** What was there already. */
  readonly same: number;
  readonly problems: readonly Problem[];
}

export interface RestoreCopiesOptions {
  /** Only these, and what is below them. */
  readonly paths?: readonly WirePath[];
  readonly signal?: AbortSignal;
}

/**
 * Puts safety copies back into a folder, each at the path that it had: whole or not at all, and what is there now becomes a
 * safety copy first. A path at which something of another kind is now is a problem, and the rest goes on. `place` is the one
 * of the folder that gets them.
 */
export async function restoreSafety(
  place: SafetyPlace,
  session: SafetySession,
  { paths, signal }: RestoreCopiesOptions = {},
): Promise<RestoredCopies> {
  const chosen = copiesOf(session).filter(({ path }) => !paths || paths.some((each) => isWithin(path, each)));
  const { root, stateDirectory, folder } = place;
  makeRoot(root);
  const endpoint = new LocalEndpoint({
    root,
    // the folder's own sync may be fetching into its state at the same time
    stateDirectory: join(stateDirectory, 'restoring'),
    cache: new StatCache(),
    safety: new SafetyCopies(folder, Date.now),
    log: () => {},
  });
  const problems: Problem[] = [];
  const operations: Operation[] = [];
  let same = 0;
  for (const copy of chosen) {
    signal?.throwIfAborted();
    const operation = await toOperation(endpoint, root, session, copy);
    if ('code' in operation) problems.push(operation);
    else if (operation.kind === 'same') same++;
    else operations.push(operation);
  }
  const restored: WirePath[] = [];
  const source = new LocalReader(session.folder);
  try {
    await endpoint.apply(operations, source, {
      signal,
      onOutcome(operation, outcome) {
        if (operation.kind === 'rename') return;
        const { kind, path } = operation;
        if (outcome.kind === 'done') {
          if (kind === 'put') restored.push(path);
        } else if (outcome.kind === 'problem') problems.push(outcome.problem);
        else problems.push({ path, code: 'Changed', message: IN_THE_WAY });
      },
    });
  } finally {
    source.close();
  }
  return { restored, same, problems };
}

const IN_THE_WAY = 'Something else is there now, or it has just changed; it was left alone.';

async function toOperation(
  endpoint: LocalEndpoint,
  root: string,
  session: SafetySession,
  { path, kind }: SafetyCopy,
): Promise<Operation | { readonly kind: 'same' } | Problem> {
  const fault = wirePathFault(path);
  if (fault) return { path, code: 'IllegalPath', message: fault };
  if (kind === 'directory') return { kind: 'makeDirectory', path };
  try {
    const at = join(session.folder, path);
    const entry = kind === 'link' ? ({ kind, target: readlinkSync(at) } as const) : await fileEntryOf(at, path);
    const expect = (await endpoint.lookAtFile(path)) ?? otherEntry(join(root, path));
    return sameEntry(entry, expect) ? { kind: 'same' } : { kind: 'put', path, entry, expect };
  } catch (error) {
    const { code, message } = diskError(error, 'read the safety copy', path);
    return { path, code, message };
  }
}

async function fileEntryOf(at: string, path: WirePath): Promise<Extract<Entry, { kind: 'file' }>> {
  const { content, size, identity } = await hashFile(at, path);
  return { kind: 'file', content, size, executable: isExecutable(identity) };
}

/** A link or a folder; the endpoint looks once more, and follows no link on the way. */
function otherEntry(at: string): Entry | null {
  const stat = lstatSync(at, { throwIfNoEntry: false });
  if (stat?.isSymbolicLink()) return { kind: 'link', target: readlinkSync(at) };
  return stat?.isDirectory() ? DIRECTORY : null;
}

function makeRoot(root: string): void {
  try {
    makeFolders(root);
  } catch (error) {
    throw diskError(error, `make the folder ${root}`);
  }
}
