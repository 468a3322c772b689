import { existsSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { readIgnoreFile } from '../sync/local/ignoreFileReader.ts';
import { IgnoreRules } from '../sync/ignore/ignoreRules.ts';

/**
 * What is left out when a folder is uploaded: the same that syncing it would leave out, and in a working tree of git also
 * what the ignore files above it say. A folder that is itself ignored there was named on purpose, and its own rules count.
 */
export function folderIgnore(root: string): (path: string, isDirectory: boolean) => boolean {
  const top = workingTreeOf(root) ?? root;
  const prefix = relative(top, root).split(sep).join('/');
  if (prefix !== '') {
    const rules = rulesOf(top);
    if (!rules.isIgnored(prefix, true)) return (path, isDirectory) => rules.isIgnored(`${prefix}/${path}`, isDirectory);
  }
  const rules = rulesOf(root);
  return (path, isDirectory) => rules.isIgnored(path, isDirectory);
}

const rulesOf = (root: string): IgnoreRules => new IgnoreRules((path) => readIgnoreFile(root, path));

/** The nearest folder at or above one that git works in. */
function workingTreeOf(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (dirname(at) === at) return undefined;
  }
}
