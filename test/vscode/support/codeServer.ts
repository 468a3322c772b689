// VS Code's server: the workbench for a browser, the extension hosts, the files. One per test file.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findInstallation, searchPath } from './installation.ts';
import { ProcessGroup } from './processGroup.ts';

const START_TIMEOUT_MS = 60_000;

export interface CodeServerOptions {
  /** Private folder of this server: user data, extensions, logs, temporary files. */
  readonly folder: string;
  /** Written to the user's settings.json when there is none yet. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly port?: number;
  readonly environment?: NodeJS.ProcessEnv;
  readonly skippedBuiltIns?: readonly string[];
  /**
   * Lets the page's address name an extension to develop and its tests, and reports their end to the page. Hides
   * notification toasts.
   */
  readonly smokeTestDriver?: boolean;
  /** Everything the server prints; its token, too, so for this user alone. */
  readonly logFile: string;
  /** Called with a description when an extension host ends other than by its own free will. */
  readonly onHostDied?: (how: string) => void;
}

export interface Place {
  readonly folder?: string;
  /** A .code-workspace file. */
  readonly workspace?: string;
  /** Extension to develop and the suite to run in it; both need `smokeTestDriver`. */
  readonly extensionDevelopmentPaths?: readonly string[];
  readonly extensionTestsPath?: string;
}

export class CodeServer {
  readonly #group: ProcessGroup;
  readonly #token: string;
  /** `http://127.0.0.1:PORT`. A numeric loopback address makes the page a secure context. */
  readonly origin: string;

  private constructor(group: ProcessGroup, token: string, origin: string) {
    this.#group = group;
    this.#token = token;
    this.origin = origin;
  }

  static async start(options: CodeServerOptions): Promise<CodeServer> {
    const installation = findInstallation();
    const token = randomBytes(24).toString('hex');
    writeSettings(options);
    writeFileSync(tokenFile(options.folder), token, { mode: 0o600 });
    const group = new ProcessGroup(installation.node, serverArguments(installation.server, options), {
      ...inheritedEnvironment(),
      PATH: searchPath(installation),
      // no marketplace: nothing is looked up or downloaded
      EXTENSIONS_GALLERY: '{"serviceUrl":""}',
      VSCODE_SKIP_BUILTIN_EXTENSIONS: options.skippedBuiltIns?.join(',') ?? '',
      ...options.environment,
    });
    try {
      return new CodeServer(group, token, `http://127.0.0.1:${await listeningPort(group, options)}`);
    } catch (error) {
      await group.stop();
      throw error;
    }
  }

  /** The address of a window. It carries the token that lets a browser in, so only its user should see it. */
  address(place: Place): string {
    const query = new URLSearchParams({ tkn: this.#token });
    if (place.workspace !== undefined) query.set('workspace', place.workspace);
    else if (place.folder !== undefined) query.set('folder', place.folder);
    else query.set('ew', 'true');
    const payload = [
      ...(place.extensionDevelopmentPaths ?? []).map((path) => ['extensionDevelopmentPath', this.#remoteUri(path)]),
      ...(place.extensionTestsPath ? [['extensionTestsPath', this.#remoteUri(place.extensionTestsPath)]] : []),
    ];
    if (payload.length > 0) query.set('payload', JSON.stringify(payload));
    return `${this.origin}/?${query}`;
  }

  async stop(): Promise<void> {
    await this.#group.stop();
  }

  #remoteUri(path: string): string {
    return `vscode-remote://${new URL(this.origin).host}${encodeURI(path)}`;
  }
}

function userSettingsFile(folder: string): string {
  return join(folder, 'user-data', 'User', 'settings.json');
}

function tokenFile(folder: string): string {
  return join(folder, 'connection-token');
}

export function extensionsFolder(folder: string): string {
  return join(folder, 'extensions');
}

function writeSettings({ folder, settings }: CodeServerOptions): void {
  const file = userSettingsFile(folder);
  mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
  mkdirSync(extensionsFolder(folder), { recursive: true });
  if (!existsSync(file)) writeFileSync(file, JSON.stringify(settings, null, 2));
}

function serverArguments(server: string, options: CodeServerOptions): string[] {
  return [
    server,
    '--accept-server-license-terms',
    '--host=127.0.0.1',
    `--port=${options.port ?? 0}`,
    `--connection-token-file=${tokenFile(options.folder)}`,
    `--user-data-dir=${join(options.folder, 'user-data')}`,
    `--server-data-dir=${join(options.folder, 'server-data')}`,
    `--extensions-dir=${extensionsFolder(options.folder)}`,
    '--telemetry-level=off',
    ...(options.settings['security.workspace.trust.enabled'] === true ? [] : ['--disable-workspace-trust']),
    '--disable-getting-started-override',
    ...(options.smokeTestDriver === true ? ['--enable-smoke-test-driver'] : []),
  ];
}

/** Without what another VS Code around us has set for its own children. */
function inheritedEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$|NODE_TEST_CONTEXT$)/.test(name)),
  );
}

async function listeningPort(group: ProcessGroup, { logFile, onHostDied }: CodeServerOptions): Promise<number> {
  const log = createWriteStream(logFile, { flags: 'a', mode: 0o600 });
  const { promise: port, resolve, reject } = Promise.withResolvers<number>();
  for (const stream of [group.child.stdout!, group.child.stderr!]) {
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`);
      const listening = /^Extension host agent listening on (\d+)/.exec(line);
      if (listening) resolve(Number(listening[1]));
      const ended = /Extension Host Process exited with code: (\w+), signal: (\w+)/.exec(line);
      if (ended && ended[1] !== '0') onHostDied?.(`The extension host ended with code ${ended[1]}, signal ${ended[2]}`);
    });
  }
  group.child.once('error', reject);
  void once(group.child, 'exit').then(([code]) => {
    log.end();
    reject(new Error(`VS Code's server ended with code ${code}; see ${logFile}`));
  }, reject);
  const timer = setTimeout(() => reject(new Error(`VS Code's server did not start; see ${logFile}`)), START_TIMEOUT_MS);
  return port.finally(() => clearTimeout(timer));
}
