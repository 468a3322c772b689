// Opens VS Code with this checkout's extension on a folder: the desktop one when there is one, else one in the browser.

import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { CodeServer, extensionsFolder } from '../test/vscode/support/codeServer.ts';
import { install } from '../test/vscode/support/installation.ts';
import { linkExtension } from '../test/vscode/support/linkExtension.ts';
import { defaultSettings } from '../test/vscode/support/workbenchDefaults.ts';

export interface Editor {
  /** One line: where it is. */
  readonly where: string;
  stop(): Promise<void>;
}

/** The command line that opens a desktop VS Code, or undefined where there is none. */
export function desktopCommand(root: string, folder: string): readonly string[] | undefined {
  const found = spawnSync('code', ['--version'], { shell: process.platform === 'win32' }).status === 0;
  return found ? ['code', `--extensionDevelopmentPath=${root}`, folder] : undefined;
}

/** `home` keeps the settings of the VS Code in the browser from one start to the next; the first ones name `target`. */
export async function openEditor(root: string, folder: string, target: string, home: string): Promise<Editor> {
  const command = desktopCommand(root, folder);
  if (command) {
    const [program = '', ...args] = command;
    spawn(program, args, { stdio: 'ignore', detached: true, shell: process.platform === 'win32' }).unref();
    return { where: 'VS Code opens in its own window', stop: () => Promise.resolve() };
  }
  install({ browser: false });
  linkExtension(root, extensionsFolder(home));
  const server = await CodeServer.start({
    folder: home,
    settings: { ...defaultSettings, 'syncline.targets': [{ folder, server: target }] },
    logFile: join(home, 'code-server.log'),
  });
  return { where: `VS Code is in the browser: ${server.address({ folder })}`, stop: () => server.stop() };
}
