import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach } from 'node:test';
import { read, waitForText, write } from '../../suites/files.ts';
import { TestServer } from '../../suites/server.ts';
import { cacheFolder, install, repositoryRoot } from '../installation.ts';
import { Code, type CodeOptions } from './code.ts';
import type { CodeWindow } from './codeWindow.ts';

/**
 * What the tests of one file play on: a temporary folder, a server, VS Code with the extension. Made at the top of the file, filled in
 * its `before`; when the file ends all of it goes, however far it came.
 */
export class Stage {
  /** Pictures, and a picture of each window when a test has failed. */
  readonly artifacts: string;
  readonly root = mkdtempSync(join(tmpdir(), 'syncline-window-'));
  readonly #cleanups: (() => void | Promise<void>)[] = [];
  #code: Code | undefined;

  constructor(name: string) {
    this.artifacts = join(cacheFolder, 'artifacts', name);
    afterEach((t) => this.#code?.keepFailure(t));
    after(() => this.#clear());
  }

  /** Left for the end of the file: what is registered inside a hook would end with the hook. */
  readonly after = (cleanup: () => void | Promise<void>): void => void this.#cleanups.unshift(cleanup);

  /** `files`: as for {@link TestServer.start}. */
  async serve(files?: string): Promise<TestServer> {
    const server = await TestServer.start(install().node, repositoryRoot, files);
    this.after(() => server.remove());
    return server;
  }

  async startCode(options: Partial<CodeOptions> = {}): Promise<Code> {
    this.#code = await Code.start({ extension: repositoryRoot, artifacts: this.artifacts, ...options });
    return this.#code;
  }

  /** Opens a folder whose settings want to sync it with a server, agrees, and waits until it is synced and Server Files are in view. */
  async openSynced(folder: string, server: TestServer): Promise<CodeWindow> {
    write(folder, SETTINGS, JSON.stringify({ 'syncline.targets': [{ server: server.address }] }));
    const window = await (await this.startCode()).open(folder, { size: 'wide' });
    await (await window.notifications.find('The workspace’s settings want to sync')).click('Allow');
    await setToken(window, server);
    await waitForText(server.files, SETTINGS, read(folder, SETTINGS));
    await window.showContainer('Explorer');
    await window.showView('Server Files');
    return window;
  }

  async #clear(): Promise<void> {
    await this.#code?.stop();
    for (const cleanup of this.#cleanups) await cleanup();
    rmSync(this.root, { recursive: true, force: true });
  }
}

const SETTINGS = '.vscode/settings.json';

/** Answers the message that there is no token for a server. */
export async function setToken(window: CodeWindow, { token }: TestServer): Promise<void> {
  await (await window.notifications.find('There is no token')).click('Set Token');
  await (await window.input('Token for')).accept(token);
}
