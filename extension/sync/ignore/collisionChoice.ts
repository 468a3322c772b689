import { collisionKey } from '../../../server/protocol/disk/collisionKey.ts';
import type { Problem } from '../../../server/protocol/problem.ts';
import { printable, type WirePath } from '../../../server/protocol/wirePath.ts';
import { atOnce, STEP, type Steps } from '../inSlices.ts';
import { childPath, childrenOf, type TreeNode } from '../tree/tree.ts';

/**
 * Of the names in one folder, those that must be left out because they differ from another only in case or accents: all of
 * them, except one that the base alone knows. Which name is kept must not depend on the order in which they are found.
 */
export function collidingOut(
  folder: WirePath | undefined,
  names: Iterable<string>,
  base: TreeNode | undefined,
): ReadonlyMap<string, Problem> {
  return atOnce(collidingOutInSteps(folder, names, base));
}

export function* collidingOutInSteps(
  folder: WirePath | undefined,
  names: Iterable<string>,
  base: TreeNode | undefined,
): Steps<ReadonlyMap<string, Problem>> {
  const byKey = new Map<string, string | string[]>();
  const groups: string[][] = [];
  let looked = 0;
  for (const name of names) {
    if (++looked % STEP === 0) yield;
    const key = collisionKey(name);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, name);
    else if (typeof known === 'string') {
      const group = [known, name];
      byKey.set(key, group);
      groups.push(group);
    } else known.push(name);
  }
  const out = new Map<string, Problem>();
  for (const group of groups) {
    const known = group.filter((name) => childrenOf(base).has(name));
    const kept = known.length === 1 ? known[0] : undefined;
    for (const name of group) if (name !== kept) out.set(name, collision(folder, name, group));
  }
  return out;
}

/** Whether one of `names` collides with another name in the folder. */
export function hasCollision(folder: TreeNode | undefined, names: readonly string[]): boolean {
  const wanted = new Map(names.map((name) => [collisionKey(name), name]));
  for (const name of childrenOf(folder).keys()) {
    const other = wanted.get(collisionKey(name));
    if (other !== undefined && other !== name) return true;
  }
  return false;
}

function collision(folder: WirePath | undefined, name: string, group: readonly string[]): Problem {
  const others = group.filter((other) => other !== name).map((other) => `“${printable(other)}”`);
  return {
    path: childPath(folder, name),
    code: 'NameCollision',
    message: `“${printable(name)}” differs only in case or accents from ${others.join(', ')}; rename one of them to sync it.`,
  };
}
