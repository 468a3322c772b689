import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { repositoryRoot } from './installation.ts';

/**
 * Packs the extension as it is published, into `file`, and returns what vsce said. Leaves the bundles of the release in
 * dist/, which run like any others.
 */
export function packExtension(file: string): string {
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'package', '--', '--out', file], {
    cwd: repositoryRoot,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` },
  });
  if (status !== 0) throw new Error(`The extension was not packed: ${stdout}${stderr}`);
  return stdout + stderr;
}
