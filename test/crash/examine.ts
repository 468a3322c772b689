import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerClient } from '../../extension/connect/serverClient.ts';
import { isMissing } from '../../server/protocol/disk/diskError.ts';
import { type ContentId, contentIdOf } from '../../server/protocol/contentId.ts';
import { history, verify, type Version } from '../../server/protocol/messages/files.ts';
import type { WirePath } from '../../server/protocol/wirePath.ts';
import type { Held, Ledger } from './ledger.ts';

/** What every file and link below a folder holds, by path; `.syncline` left out. What goes meanwhile is gone. */
export function lookInto(root: string): Map<string, Held> {
  const found = new Map<string, Held>();
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (path === '.syncline') continue;
      unlessGone(() => {
        if (entry.isDirectory()) visit(path);
        else if (entry.isSymbolicLink()) found.set(path, `-> ${readlinkSync(join(root, path))}`);
        else found.set(path, contentIdOf(readFileSync(join(root, path))));
      });
    }
  };
  visit('');
  return found;
}

function unlessGone(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Files that hold something nobody has ever written. */
export function torn(found: ReadonlyMap<string, Held>, ledger: Ledger): string[] {
  return [...found].flatMap(([path, held]) =>
    held === null || held.startsWith('-> ') || ledger.written.has(held as ContentId) ? [] : [`${path} is torn`],
  );
}

/** Paths that hold neither what was acknowledged last nor what an unanswered attempt wanted. */
export function astray(found: ReadonlyMap<string, Held>, ledger: Ledger): string[] {
  return [...ledger.paths].flatMap((path) => {
    const held = found.get(path) ?? null;
    const allowed = ledger.allowed(path);
    return allowed.has(held) ? [] : [`${path} holds ${held}, not ${[...allowed].join(' or ')}`];
  });
}

/** What a server that has just started must hold to, while nobody writes. Gives everything that is wrong. */
export async function examineShare(directory: string, ledger: Ledger, client: ServerClient): Promise<string[]> {
  const found = lookInto(directory);
  return [
    ...torn(found, ledger),
    ...astray(found, ledger),
    ...(await lost(directory, found, ledger, client)),
    ...(await drifted(client)),
    ...(await leftForEver(directory)),
  ];
}

/** Acknowledged contents that are neither current nor in history, or whose kept file is not what it says. */
async function lost(
  directory: string,
  found: ReadonlyMap<string, Held>,
  ledger: Ledger,
  client: ServerClient,
): Promise<string[]> {
  const wrong: string[] = [];
  const current = new Set(found.values());
  const held = new Set<ContentId>();
  for (const { path, entry } of await allVersions(client)) {
    if (entry.kind !== 'file' || held.has(entry.content)) continue;
    held.add(entry.content);
    if (!current.has(entry.content) && !isSound(directory, entry.content))
      wrong.push(`history of ${path}: ${entry.content} cannot be read`);
  }
  for (const [content, path] of ledger.kept)
    if (!current.has(content) && !held.has(content)) wrong.push(`${path}: the acknowledged ${content} is lost`);
  return wrong;
}

async function allVersions(client: ServerClient): Promise<Version[]> {
  const all: Version[] = [];
  for (let at: { before?: number; after?: WirePath } = {}; ; ) {
    const { versions, more } = await client.request(history, { share: 'files', below: true, limit: 5000, ...at });
    all.push(...versions);
    const last = versions.at(-1);
    if (!more || !last) return all;
    at = { before: last.rev, after: last.path };
  }
}

function isSound(directory: string, content: ContentId): boolean {
  try {
    const bytes = readFileSync(join(directory, '.syncline/objects', content.slice(0, 2), content));
    return createHash('sha256').update(bytes).digest('hex') === content;
  } catch {
    return false;
  }
}

async function drifted(client: ServerClient): Promise<string[]> {
  const wrong: string[] = [];
  for (let after: WirePath | undefined; ; ) {
    const page = await client.request(verify, { share: 'files', ...(after !== undefined && { after }) });
    for (const { path, indexed, found } of page.drift)
      wrong.push(`${path}: the index says ${JSON.stringify(indexed)}, the disk ${JSON.stringify(found)}`);
    if (page.after === null) return wrong;
    after = page.after;
  }
}

const STATE =
  /^(index\.db(-wal|-shm)?|jobs\.db(-wal|-shm)?|lock\.db|tokens\.(json|lock)|(server|listening)\.json|share|token|objects|staging)$/;

/** Others may be at work, and need files for a moment. */
async function leftForEver(directory: string): Promise<string[]> {
  let left = leftovers(directory);
  for (let looks = 0; left.length > 0 && looks < 100; looks++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const now = new Set(leftovers(directory));
    left = left.filter((each) => now.has(each));
  }
  return left;
}

/** What nobody will ever need again, in the state of a share that was started and is at rest. */
export function leftovers(directory: string): string[] {
  const state = join(directory, '.syncline');
  const staging = join(state, 'staging');
  return [
    ...readdirSync(state).filter((name) => !STATE.test(name)),
    ...readdirSync(staging)
      .filter(
        (name) =>
          !/^[0-9a-f]{64}$/.test(name) || (lstatSync(join(staging, name), { throwIfNoEntry: false })?.nlink ?? 1) > 1,
      )
      .map((name) => `staging/${name}`),
  ].map((name) => `.syncline/${name} was left behind`);
}
