// The part of desktop VS Code's command line that @vscode/test-electron uses.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface DesktopArguments {
  /** The folder or .code-workspace file to open. */
  readonly place: string | undefined;
  readonly extensionDevelopmentPaths: readonly string[];
  readonly extensionTestsPath: string | undefined;
}

const NAMES_A_PATH = ['extensionDevelopmentPath', 'extensionTestsPath', 'folder-uri', 'file-uri'];
const OTHERS_WITH_VALUE = ['user-data-dir', 'extensions-dir', 'log', 'locale', 'profile', 'disable-extension'];

/** Flags of the desktop that mean nothing here (`--no-sandbox`, `--disable-updates`, …) are passed over. */
export function parseDesktopArguments(args: readonly string[]): DesktopArguments {
  const found: Record<string, string[]> = {};
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const flag = /^--([^=]+)(?:=(.*))?$/s.exec(arg);
    const name = flag?.[1] ?? 'place';
    const takesValue = NAMES_A_PATH.includes(name) || OTHERS_WITH_VALUE.includes(name);
    const value = flag === null ? arg : (flag[2] ?? (takesValue ? rest.shift() : ''));
    (found[name] ??= []).push(value ?? '');
  }
  const place = found['folder-uri']?.[0] ?? found['file-uri']?.[0] ?? found['place']?.[0];
  const tests = found['extensionTestsPath']?.[0];
  return {
    place: place === undefined ? undefined : absolute(place),
    extensionDevelopmentPaths: (found['extensionDevelopmentPath'] ?? []).map(absolute),
    extensionTestsPath: tests === undefined ? undefined : absolute(tests),
  };
}

function absolute(path: string): string {
  return path.startsWith('file:') ? fileURLToPath(path) : resolve(path);
}
