#!/usr/bin/env node
// Stands in for the executable of a desktop VS Code: `runTests({ vscodeExecutablePath: <this file> })` runs its suite
// in the offline one. Exit status 0 means that the suite ran to its end and passed.
//
// Environment: SYNCLINE_VSCODE_ARTIFACTS (folder for logs and a screenshot of a failure), SYNCLINE_VSCODE_TIMEOUT (s).
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'node:util';
import type { Page } from 'playwright-core';
import { startBrowser } from './browser.ts';
import { CodeServer } from './codeServer.ts';
import { type DesktopArguments, parseDesktopArguments } from './desktopArguments.ts';
import { REASON_MARK } from './extensionHost/results.ts';
import { privateEnvironment } from './privateEnvironment.ts';
import { defaultSettings, skippedBuiltIns, stillSettings } from './workbenchDefaults.ts';

const PAGE_TIMEOUT_MS = 120_000;

interface Outcome {
  readonly status: number;
  readonly reason?: string;
}

class Run {
  readonly #folder = mkdtempSync(join(tmpdir(), 'syncline-vscode-'));
  readonly #artifacts = process.env['SYNCLINE_VSCODE_ARTIFACTS'] ?? this.#folder;
  readonly #outcome = Promise.withResolvers<Outcome>();
  readonly #disposables = new AsyncDisposableStack();
  #hostDied: string | undefined;
  #page: Page | undefined;

  async toTheEnd(args: DesktopArguments): Promise<number> {
    mkdirSync(this.#artifacts, { recursive: true });
    this.#disposables.defer(() => rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 }));
    void this.#open(args).catch((error: unknown) => this.end(1, String(error)));
    const { status, reason } = await this.#outcome.promise;
    if (reason !== undefined) process.stderr.write(`${REASON_MARK}${reason}\n`);
    if (status !== 0) await this.#takeScreenshot();
    await this.#disposables.disposeAsync();
    return status;
  }

  end(status: number, reason?: string): void {
    this.#outcome.resolve(reason === undefined ? { status } : { status, reason });
  }

  async #open(args: DesktopArguments): Promise<void> {
    const [server, browser] = await Promise.all([this.#startServer(), startBrowser()]);
    this.#disposables.defer(() => server.stop());
    this.#disposables.defer(() => browser.close());
    browser.on('disconnected', () => this.end(1, 'the browser ended'));
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-US' });
    this.#page = page;
    page.on('crash', () => this.end(1, 'the browser page crashed'));
    await page.exposeFunction('codeAutomationLog', (_type: string, values: unknown[]) =>
      this.#onLog(format(...values)),
    );
    await page.exposeFunction('codeAutomationExit', (status: number) => this.#onExit(status));
    const { place, extensionTestsPath, extensionDevelopmentPaths } = args;
    const opened = place?.endsWith('.code-workspace') ? { workspace: place } : place ? { folder: place } : {};
    const tests = extensionTestsPath === undefined ? {} : { extensionTestsPath };
    await page.goto(server.address({ ...opened, ...tests, extensionDevelopmentPaths }), { timeout: PAGE_TIMEOUT_MS });
  }

  #startServer(): Promise<CodeServer> {
    return CodeServer.start({
      folder: this.#folder,
      settings: { ...defaultSettings, ...stillSettings },
      environment: privateEnvironment(this.#folder),
      skippedBuiltIns,
      smokeTestDriver: true,
      logFile: join(this.#artifacts, 'server.log'),
      onHostDied: (how) => (this.#hostDied = how),
    });
  }

  #onLog(line: string): void {
    // The only sign of a process.exit() in a test: VS Code reports status 0 then.
    if (/\[remote-connection\]\[ExtensionHost\].*socket close event/.test(line)) {
      this.#hostDied ??= 'The connection to the extension host was lost before the tests had ended';
    }
    process.stdout.write(`${line}\n`);
  }

  #onExit(status: number): void {
    // The server's own report of a dead extension host, which says why, may still be on its way.
    const waitMs = this.#hostDied === undefined ? 200 : 2_000;
    setTimeout(() => this.end(status !== 0 ? status : this.#hostDied ? 1 : 0, this.#hostDied), waitMs);
  }

  async #takeScreenshot(): Promise<void> {
    const path = join(this.#artifacts, 'failure.png');
    await this.#page?.screenshot({ path, timeout: 5_000 }).catch(() => undefined);
  }
}

const run = new Run();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => run.end(130, signal));
const seconds = Number(process.env['SYNCLINE_VSCODE_TIMEOUT'] ?? 600);
setTimeout(() => run.end(1, `not done after ${seconds} s`), seconds * 1_000).unref();
process.exit(await run.toTheEnd(parseDesktopArguments(process.argv.slice(2))));
