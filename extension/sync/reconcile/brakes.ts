import type { Operation } from '../../../server/protocol/messages/files.ts';
import { printable, type WirePath } from '../../../server/protocol/wirePath.ts';
import { atOnce, STEP, type Steps } from '../inSlices.ts';
import { looksSecret } from '../secretNames.ts';
import { entryCount, nodeAt, type Tree } from '../tree/tree.ts';
import type { Side } from './differences.ts';
import type { DeletionCount } from './recentDeletions.ts';
import type { Reconciliation, Sides } from './reconcile.ts';

/**
 * Why a plan is not carried out before a person has confirmed it. `side` is where it would delete.
 *
 * - `emptied`: one side suddenly holds nothing at all (an unmounted disk, a wrong folder), and the other would be emptied.
 * - `replaced`: one side is another folder than the one that was synced before (another disk, a server begun anew).
 * - `manyDeletions`: more than half of a tree that is not small would go, at once or together with what went lately.
 * - `secrets`: files that hold passwords or keys as a rule would leave this machine for the first time.
 * - `guarded`: whoever runs the sync lets nothing be written to the server before a person has agreed to it.
 */
export interface Brake {
  readonly kind: 'emptied' | 'replaced' | 'manyDeletions' | 'secrets' | 'guarded';
  readonly side: Side;
  /** Of this plan. */
  readonly deletions: number;
  /** Entries there are on that side, with those that went lately. */
  readonly of: number;
  readonly message: string;
}

/** What the plan and the trees alone do not show. */
export interface BrakeFacts {
  /** Of each side, as a place where is deleted. */
  readonly recent?: Readonly<Record<Side, DeletionCount>> | undefined;
  /** Sides that are another folder than the one that was synced before. */
  readonly replaced?: readonly Side[] | undefined;
  /** Why nothing may be written to the server yet. */
  readonly guarded?: string | undefined;
}

/** Smaller trees are deleted without asking, unless they are emptied as a whole. */
export const SMALLEST_BRAKED_TREE = 20;

/** Pure. Renames are no deletions, whatever their size. `found`: where they are known already, {@link newSecrets}. */
export function brakeOf(
  plan: Pick<Reconciliation, 'toLocal' | 'toRemote'>,
  sides: Sides,
  facts: BrakeFacts = {},
  found: readonly WirePath[] = atOnce(newSecrets(plan.toRemote, sides)),
): Brake | null {
  const brake = brakeOn('remote', plan.toRemote, sides, facts) ?? brakeOn('local', plan.toLocal, sides, facts);
  const secrets = brakeOnSecrets(found, sides);
  // one word of a person lets all go on, so it is asked for everything
  if (brake && secrets) return { ...brake, message: `${brake.message} ${secrets.message}` };
  return brake ?? secrets ?? brakeBeforeWrites(plan.toRemote, sides, facts);
}

function brakeBeforeWrites(operations: readonly Operation[], { remote }: Sides, { guarded }: BrakeFacts): Brake | null {
  if (guarded === undefined || operations.length === 0) return null;
  const deletions = operations.filter(({ kind }) => kind === 'delete').length;
  return { kind: 'guarded', side: 'remote', deletions, of: entryCount(remote), message: guarded };
}

/** Secrets that would go up for the first time: what the base or the server knows was agreed to when it first went there. */
export function* newSecrets(operations: readonly Operation[], { base, remote }: Sides): Steps<WirePath[]> {
  const isNew = (path: WirePath): boolean => nodeAt(base, path) === undefined && nodeAt(remote, path) === undefined;
  const secrets: WirePath[] = [];
  for (const [index, operation] of operations.entries()) {
    if (index % STEP === STEP - 1) yield;
    if (operation.kind !== 'put' || operation.entry.kind !== 'file') continue;
    if (looksSecret(operation.path) && isNew(operation.path)) secrets.push(operation.path);
  }
  return secrets;
}

function brakeOnSecrets(secrets: readonly WirePath[], { remote }: Sides): Brake | null {
  if (secrets.length === 0) return null;
  const names = secrets.slice(0, NAMED_SECRETS).map((path) => `“${printable(path)}”`);
  if (secrets.length > NAMED_SECRETS) names.push(`${secrets.length - NAMED_SECRETS} more`);
  const [look, them] = secrets.length === 1 ? ['looks as if it held', 'it'] : ['look as if they held', 'them'];
  const message =
    `${names.join(', ')} ${look} secrets and would be uploaded for the first time. Nothing was changed. ` +
    `Name ${them} in .gitignore or .synclineignore to keep ${them} here.`;
  return { kind: 'secrets', side: 'remote', deletions: 0, of: entryCount(remote), message };
}

const NAMED_SECRETS = 3;

function brakeOn(
  side: Side,
  operations: readonly Operation[],
  { base, local, remote }: Sides,
  { recent, replaced = [] }: BrakeFacts,
): Brake | null {
  const deleted = operations.flatMap((operation) => (operation.kind === 'delete' ? [operation.path] : []));
  const deletions = deleted.length;
  if (deletions === 0) return null;
  const [tree, otherTree]: [Tree, Tree] = side === 'remote' ? [remote, local] : [local, remote];
  const [here, there] =
    side === 'remote' ? ['on the server', 'local folder'] : ['in the local folder', "server's folder"];
  const { gone, going } = recent?.[side] ?? { gone: 0, going: deletions };
  const of = entryCount(tree);
  const brake = (kind: Brake['kind'], message: string, total = of): Brake => ({
    kind,
    side,
    deletions,
    of: total,
    message,
  });
  // what the base does not know is deleted as well by a mirror of an empty folder
  const areSeveral = base.children.size > 1 || deleted.filter((path) => !path.includes('/')).length > 1;
  if (otherTree.children.size === 0 && (areSeveral || of + gone >= SMALLEST_BRAKED_TREE)) {
    return brake(
      'emptied',
      `The ${there} is empty now; this would delete ${count(deletions)} ${here}. Nothing was changed.`,
    );
  }
  if (replaced.includes(side === 'remote' ? 'local' : 'remote')) {
    const what = `The ${there} is not the one that was synced before (another disk, or it was made anew)`;
    return brake('replaced', `${what}; this would delete ${count(deletions)} ${here}. Nothing was changed.`);
  }
  if (of >= SMALLEST_BRAKED_TREE && deletions * 2 > of)
    return brake('manyDeletions', `This would delete ${count(deletions)} of ${of} ${here}. Nothing was changed.`);
  const before = of + gone;
  if (gone > 0 && going > 0 && before >= SMALLEST_BRAKED_TREE && (gone + going) * 2 > before) {
    const lately = `${count(gone)} of ${before} went ${here} in the last minutes`;
    const more = `this would delete ${count(deletions)} more, and then more than half is gone`;
    return brake('manyDeletions', `${lately}; ${more}. Of these nothing was changed.`, before);
  }
  return null;
}

const count = (n: number): string => (n === 1 ? '1 entry' : `${n} entries`);
