// A VS Code for tests that drive its window as a person does. Extensions are installed, not in development, since the
// smoke-test driver that a development address needs hides notifications.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { startBrowser } from '../browser.ts';
import { CodeServer, extensionsFolder, type Place } from '../codeServer.ts';
import { findInstallation } from '../installation.ts';
import { addLanguagePack } from '../languagePack.ts';
import { linkExtension } from '../linkExtension.ts';
import { privateEnvironment } from '../privateEnvironment.ts';
import { defaultSettings, skippedBuiltIns, stillSettings } from '../workbenchDefaults.ts';
import { CodeWindow, type WindowSize, windowSizes } from './codeWindow.ts';

export interface CodeOptions {
  /** Folder of the extension, built; or a packed one: a .vsix file. */
  readonly extension: string;
  /** Gets server.log, and screenshots of failures. */
  readonly artifacts: string;
  /** More of the user's settings. To change some later, write the workspace's .vscode/settings.json. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface WindowOptions {
  readonly size?: WindowSize;
  /** Shares browser storage with this window, and so secrets and global state. Else each window is a new person's. */
  readonly sameUserAs?: CodeWindow;
  /** The display language, `en` or `de`. What is VS Code's own stays English. */
  readonly language?: 'en' | 'de';
}

const LOCALES = { en: 'en-US', de: 'de-DE' } as const;

export class Code implements AsyncDisposable {
  readonly #folder: string;
  readonly #options: CodeOptions;
  readonly #server: CodeServer;
  readonly #browser: Browser;
  readonly #windows: CodeWindow[] = [];

  private constructor(folder: string, options: CodeOptions, server: CodeServer, browser: Browser) {
    this.#folder = folder;
    this.#options = options;
    this.#server = server;
    this.#browser = browser;
  }

  /** One server and one browser; both take a second or two. */
  static async start(options: CodeOptions): Promise<Code> {
    const folder = mkdtempSync(join(tmpdir(), 'syncline-vscode-'));
    mkdirSync(options.artifacts, { recursive: true });
    addExtension(options.extension, extensionsFolder(folder));
    addLanguagePack('de', join(folder, 'user-data'));
    const [server, browser] = await Promise.all([
      CodeServer.start({
        folder,
        settings: { ...defaultSettings, ...stillSettings, ...options.settings },
        environment: { ...privateEnvironment(folder), ...options.environment },
        skippedBuiltIns,
        logFile: join(options.artifacts, 'server.log'),
      }),
      startBrowser(),
    ]);
    return new Code(folder, options, server, browser);
  }

  /** Opens a window on a folder or .code-workspace file and waits until its extensions run. */
  async open(path: string, { size = 'normal', sameUserAs, language = 'en' }: WindowOptions = {}): Promise<CodeWindow> {
    const context =
      sameUserAs?.page.context() ??
      (await this.#browser.newContext({ viewport: windowSizes[size], locale: LOCALES[language] }));
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: this.#server.origin });
    const place: Place = path.endsWith('.code-workspace') ? { workspace: path } : { folder: path };
    const window = await CodeWindow.open(await context.newPage(), this.#server.address(place));
    if (place.workspace !== undefined) await window.waitForFolders();
    if (sameUserAs !== undefined) await window.resize(size);
    this.#windows.push(window);
    return window;
  }

  /** Where the extension `id` keeps what is not of one workspace: its global storage on disk. */
  storageOf(id: string): string {
    return join(this.#folder, 'user-data', 'User', 'globalStorage', id);
  }

  /** For `afterEach((t) => code.keepFailure(t))`: when the test has failed, a screenshot of each window and what VS Code logged. */
  async keepFailure(t: { readonly name: string }): Promise<void> {
    // Node's types do not know this property of its test context yet.
    if ((t as { readonly passed?: boolean }).passed !== false) return;
    for (const [index, window] of this.#windows.entries()) {
      const name = `${t.name.replaceAll(/[^\w]+/g, '-')}-${index + 1}.png`;
      await window.screenshot(join(this.#options.artifacts, name)).catch(() => undefined);
    }
    cpSync(join(this.#folder, 'user-data', 'logs'), join(this.#options.artifacts, 'logs'), { recursive: true });
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.#server.stop();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

function addExtension(path: string, extensions: string): void {
  if (path.endsWith('.vsix')) installPacked(path, extensions);
  else linkExtension(path, extensions);
}

function installPacked(file: string, extensions: string): void {
  const { node, server } = findInstallation();
  const args = [server, '--install-extension', file, '--extensions-dir', extensions, '--accept-server-license-terms'];
  const { status, stdout, stderr } = spawnSync(node, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`Failed to install ${file}: ${stdout}${stderr}`);
}
