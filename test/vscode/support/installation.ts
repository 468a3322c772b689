// Where setup.sh put the pieces of the offline VS Code.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repositoryRoot = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '');
/** Holds screenshots, logs and bundles of test runs; ignored by git. */
export const cacheFolder = join(repositoryRoot, '.cache', 'vscode');

export interface Installation {
  /** Node.js 24, which runs the server. */
  readonly node: string;
  /** VS Code's server-main.js. */
  readonly server: string;
  /** Headless Chromium; empty after an installation without browser. */
  readonly chromium: string;
}

/** Installs what is missing (about 40 s once, nothing afterwards). Throws when setup.sh cannot; it has said why then. */
export function install({ browser = true }: { readonly browser?: boolean } = {}): Installation {
  const script = fileURLToPath(new URL('./setup.sh', import.meta.url));
  const { status } = spawnSync('sh', browser ? [script] : [script, '--no-browser'], { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('The offline VS Code could not be installed');
  return findInstallation();
}

/** What setup.sh left; `install` must have run. */
export function findInstallation(): Installation {
  const lines = readFileSync(join(cacheFolder, 'installed'), 'utf8').split('\n');
  const value = (name: string) => lines.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
  return { node: value('node'), server: value('server'), chromium: value('chromium') };
}

/** The server's PATH: its own Node.js first, for programs that tests start by name. */
export function searchPath({ node }: Installation): string {
  return `${dirname(node)}:${process.env['PATH'] ?? ''}`;
}
