import { collisionKey } from '../../server/protocol/disk/collisionKey.ts';
import { linkStaysInside } from '../../server/protocol/entry.ts';
import { look, type Seen } from './person.ts';
import type { SimulatedClient } from './simulatedClient.ts';
import type { VirtualDisk } from './disk/virtualDisk.ts';

/** How a client's folder differs from the share where its mode wants them to be the same and nobody has to decide. */
export function differences(client: SimulatedClient, share: VirtualDisk): string[] {
  const { target, mode, machine } = client;
  if (!target) return [`${machine.name} is not running.`];
  const [here, there] = [look(machine.disk, 'root'), look(share, 'share')];
  const open = [...target.conflicts(), ...target.problems()].map(({ path }) => path);
  open.push(...unsyncable(there));
  const isOpen = (path: string): boolean =>
    open.some((each) => path === each || path.startsWith(`${each}/`) || each.startsWith(`${path}/`));
  // what could not be moved there, because something is in its place, stays where it was
  const stuck = new Set(
    [...here].flatMap(([path, { kind, holds }]) => (kind !== 'directory' && isOpen(path) ? [holds] : [])),
  );
  const isStuck = (path: string): boolean =>
    [...there].every(([each, { kind, holds }]) => !isAtOrBelow(each, path) || kind === 'directory' || stuck.has(holds));
  const found: string[] = [];
  for (const path of [...new Set([...here.keys(), ...there.keys()])].sort()) {
    const [mine, theirs] = [here.get(path), there.get(path)];
    if (isSame(mine, theirs) || isOpen(path) || isIgnored(client, path, mine) || isIgnored(client, path, theirs))
      continue;
    if (stuck.size > 0 && !mine && isStuck(path)) continue;
    if (mode === 'push' && !mine) continue;
    if (mode === 'pull' && !theirs) continue;
    if (mine?.kind === 'directory' || theirs?.kind === 'directory')
      if (holdsIgnored(client, path, here, there)) continue;
    found.push(`${machine.name} (${mode}) “${path}”: here ${describe(mine)}, on the server ${describe(theirs)}`);
  }
  return found;
}

/** What a server leaves out of its share, and no client hears of. */
function unsyncable(share: ReadonlyMap<string, Seen>): string[] {
  const byKey = Map.groupBy(share.keys(), (path) => path.split('/').map(collisionKey).join('/'));
  const colliding = [...byKey.values()].filter((paths) => paths.length > 1).flat();
  const leaving = [...share].filter(([path, { kind, holds }]) => kind === 'link' && !linkStaysInside(path, holds));
  return [...colliding, ...leaving.map(([path]) => path)];
}

const isAtOrBelow = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

const isSame = (a: Seen | undefined, b: Seen | undefined): boolean =>
  a?.kind === b?.kind && a?.holds === b?.holds && a?.executable === b?.executable;

function isIgnored({ target }: SimulatedClient, path: string, seen: Seen | undefined): boolean {
  if (!seen) return false;
  const parts = path.split('/');
  const parents = parts.slice(0, -1).map((_, n) => parts.slice(0, n + 1).join('/'));
  return (
    parents.some((each) => target?.ignores(each, true)) || (target?.ignores(path, seen.kind === 'directory') ?? false)
  );
}

/** A folder that holds nothing but ignored things is no entry. */
function holdsIgnored(client: SimulatedClient, path: string, ...sides: ReadonlyMap<string, Seen>[]): boolean {
  return sides.some((side) =>
    [...side].some(([each, seen]) => each.startsWith(`${path}/`) && isIgnored(client, each, seen)),
  );
}

function describe(seen: Seen | undefined): string {
  if (!seen) return 'nothing';
  if (seen.kind === 'directory') return 'a folder';
  return `${seen.executable ? '+x ' : ''}${seen.kind === 'link' ? '-> ' : ''}“${seen.holds.slice(0, 30)}”`;
}
