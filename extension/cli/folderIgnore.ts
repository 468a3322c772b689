import { readIgnoreFile } from '../sync/local/ignoreFileReader.ts';
import { IgnoreRules } from '../sync/ignore/ignoreRules.ts';

/** What is left out when a folder is uploaded: the same that syncing it would leave out. */
export function folderIgnore(root: string): (path: string, isDirectory: boolean) => boolean {
  const rules = new IgnoreRules((path) => readIgnoreFile(root, path));
  return (path, isDirectory) => rules.isIgnored(path, isDirectory);
}
