import type { Operation } from '../../server/protocol/messages/files.ts';
import type { WirePath } from '../../server/protocol/wirePath.ts';
import type { Outcome } from './endpoint.ts';
import { decide } from './reconcile/decide.ts';
import type { Mode } from './reconcile/mode.ts';
import type { LocalSide, RemoteSide } from './sides.ts';
import { entryOf, nodeAt, type Tree } from './tree/tree.ts';
import { using } from './using.ts';

/**
 * Sends one file that both sides know, as it is on disk now, if by the rules of the mode that is all there is to do about
 * it. Returns what was done; null: it is not that simple, or the server held something else.
 */
export async function sendSaved(
  path: WirePath,
  { local, remote, base, mode }: { local: LocalSide; remote: RemoteSide; base: Tree; mode: Mode },
): Promise<Operation | 'agrees' | null> {
  const known = nodeAt(base, path);
  if (known?.kind !== 'file' || !remote.isOnline || local.rules.isIgnored(path, false)) return null;
  const entry = await local.lookAtFile(path);
  if (!entry) return null;
  const { tree } = await remote.scan({ look: 'nothing', base });
  const there = nodeAt(tree, path);
  const { kind } = decide(known, entry, there, mode);
  if (kind === 'agree') return 'agrees';
  if (kind !== 'toRemote' || there?.kind === 'directory') return null;
  const operation: Operation = { kind: 'put', path, entry, expect: entryOf(there) };
  let outcome: Outcome | undefined;
  await using(local.read(), (source) =>
    remote.apply([operation], source, { onOutcome: (_, told) => void (outcome = told) }),
  );
  return outcome?.kind === 'done' ? operation : null;
}
