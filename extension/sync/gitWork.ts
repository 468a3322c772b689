import { existsSync, readFileSync, type Stats, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** What git keeps in its folder while it changes the working tree: the lock of its index, and a rebase or `git am` under way. */
const SIGNS = ['index.lock', 'rebase-merge', 'rebase-apply'];

/**
 * Whether git is in the middle of changing the working tree that this folder is in, or is part of. A rebase that waits for a
 * person shows the same signs, so whoever waits for the end must not wait without limit.
 */
export function isGitAtWork(root: string): boolean {
  const folder = gitFolder(root);
  return folder !== undefined && SIGNS.some((name) => existsSync(join(folder, name)));
}

/** The `.git` of the nearest folder that has one; in worktrees and submodules it is a file that names the real one. */
function gitFolder(root: string): string | undefined {
  for (let at = resolve(root); ; at = dirname(at)) {
    const git = join(at, '.git');
    const found = look(git);
    if (found?.isDirectory()) return git;
    if (found?.isFile()) return namedIn(git, at);
    if (dirname(at) === at) return undefined;
  }
}

/** What cannot be looked at says nothing of git; the scan tells what is wrong with the folder. */
function look(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function namedIn(file: string, folder: string): string | undefined {
  try {
    const [, name] = /^gitdir: (.+)$/m.exec(readFileSync(file, 'utf8')) ?? [];
    return name === undefined ? undefined : resolve(folder, name);
  } catch {
    return undefined;
  }
}
