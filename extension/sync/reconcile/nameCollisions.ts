import { collisionKey } from '../../../server/protocol/disk/collisionKey.ts';
import type { Problem } from '../../../server/protocol/problem.ts';
import { nameOf, printable, type WirePath } from '../../../server/protocol/wirePath.ts';
import type { Directory } from '../tree/tree.ts';

/**
 * Which of `names`, each of one side alone, cannot stand beside names that only the other side has in this folder, and
 * which those are.
 */
export function collidingNames(
  local: Directory,
  remote: Directory,
  names: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const colliding = new Map<string, readonly string[]>();
  collect(
    names.filter((name) => local.children.has(name)),
    remote,
    colliding,
  );
  collect(
    names.filter((name) => remote.children.has(name)),
    local,
    colliding,
  );
  return colliding;
}

export function collisionProblem(path: WirePath): Problem {
  const name = printable(nameOf(path));
  return {
    path,
    code: 'NameCollision',
    message: `“${name}” differs only in case or accents from a name on the other side; rename one of the two.`,
  };
}

function collect(names: readonly string[], folder: Directory, colliding: Map<string, readonly string[]>): void {
  if (names.length === 0 || folder.children.size === 0) return;
  const byKey = new Map<string, string[]>();
  for (const name of folder.children.keys()) {
    const key = collisionKey(name);
    const same = byKey.get(key);
    if (same) same.push(name);
    else byKey.set(key, [name]);
  }
  for (const name of names) {
    const others = byKey.get(collisionKey(name));
    if (others) colliding.set(name, others);
  }
}
