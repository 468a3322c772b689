// Runs suite files inside the extension host of a real VS Code.
import { once } from 'node:events';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { runTests, TestRunFailedError } from '@vscode/test-electron';
import { buildSuites } from './buildSuites.ts';
import { toVariables } from './extensionHost/environment.ts';
import { REASON_MARK, REPORT_MARK, type TestResult, type TestResults } from './extensionHost/results.ts';
import { findInstallation, repositoryRoot, searchPath } from './installation.ts';

export interface ExtensionHostRun {
  /** Absolute paths of suite files. */
  readonly suites: readonly string[];
  /** Folder of the extension under test, built. */
  readonly extension: string;
  /** The folder or .code-workspace file that the window opens. */
  readonly workspace: string;
  /** Gets vscode.log, server.log and failure.png. */
  readonly artifacts: string;
  /** A desktop VS Code, downloaded, instead of the offline one. */
  readonly desktop?: boolean;
  /** Only tests whose full name contains this. */
  readonly only?: string;
  /** More for the extension host's environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The suite's report, line by line as it grows. */
  readonly print?: (line: string) => void;
}

export interface ExtensionHostOutcome {
  readonly passed: number;
  readonly failed: number;
  readonly tests: readonly TestResult[];
  /** Why the run counts as failed, whatever its tests said. */
  readonly reason?: string;
}

const NO_RESULTS: TestResults = { passed: 0, failed: 0, tests: [] };

/** Never throws for a failed run: a dead extension host is an outcome like any other. */
export async function runExtensionHost(options: ExtensionHostRun): Promise<ExtensionHostOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'syncline-suites-'));
  try {
    const resultsFile = join(folder, 'results.json');
    const failure = await runInVsCode(options, await buildSuites(options.suites, folder), resultsFile);
    return judge(readResults(resultsFile), failure);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Exit status 0 alone proves nothing: VS Code reports it for an extension host that died, too. */
function judge(results: TestResults | undefined, failure: string | undefined): ExtensionHostOutcome {
  if (results === undefined) return { ...NO_RESULTS, reason: failure ?? 'The suite did not come to its end' };
  if (results.tests.length === 0) return { ...results, reason: failure ?? 'No test ran' };
  return failure === undefined || results.failed > 0 ? results : { ...results, reason: failure };
}

async function runInVsCode(options: ExtensionHostRun, tests: string, resultsFile: string): Promise<string | undefined> {
  mkdirSync(options.artifacts, { recursive: true });
  const installation = options.desktop === true ? undefined : findInstallation();
  const output = logOutput(join(options.artifacts, 'vscode.log'), options.print);
  try {
    await runTests({
      ...(installation && { vscodeExecutablePath: fileURLToPath(new URL('./launcher.ts', import.meta.url)) }),
      extensionDevelopmentPath: options.extension,
      extensionTestsPath: tests,
      launchArgs: [options.workspace, '--disable-extensions'],
      extensionTestsEnv: {
        ...toVariables({
          root: repositoryRoot,
          node: installation?.node ?? process.execPath,
          resultsFile,
          only: options.only ?? '',
        }),
        ...(installation && { PATH: searchPath(installation) }),
        SYNCLINE_VSCODE_ARTIFACTS: options.artifacts,
        ...options.environment,
      },
      stdout: output.stream,
      stderr: output.stream,
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof TestRunFailedError)) throw error;
    return `${output.reason() ?? error.message}; see ${join(options.artifacts, 'vscode.log')}`;
  } finally {
    await output.close();
  }
}

/** Everything that VS Code says goes to a file. The suite's report and the launcher's word on a bad end are picked out. */
function logOutput(file: string, print: ExtensionHostRun['print']) {
  const stream = new PassThrough();
  const log = createWriteStream(file, { mode: 0o600 });
  const lines = createInterface({ input: stream });
  let reason: string | undefined;
  lines.on('line', (line) => {
    if (line.startsWith(REASON_MARK)) reason = line.slice(REASON_MARK.length);
    if (line.startsWith(REPORT_MARK)) print?.(line.slice(REPORT_MARK.length));
    log.write(`${line}\n`);
  });
  const close = async () => {
    const read = once(lines, 'close');
    stream.end();
    await read;
    log.end();
    await finished(log);
  };
  return { stream, close, reason: () => reason };
}

function readResults(file: string): TestResults | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as TestResults;
  } catch {
    return undefined;
  }
}
