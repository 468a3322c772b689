import { realpathSync } from 'node:fs';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { useManyDiskThreads } from './protocol/disk/diskThreads.ts';
import { limitYoungGeneration } from './protocol/youngGeneration.ts';
// Only what decides what this file is to be: the rest is loaded when it is known, so that a worker thread starts fast.

/** This program as one file: the bundle, or this source. Worker threads run it too. */
const PROGRAM = import.meta.filename;

/**
 * The server's command line, `argv` without program and script; resolves to the exit status. `syncline serve` and
 * `syncline token` call it in their own process.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const { runCommandLine } = await import('./commandLine.ts');
  return await runCommandLine(argv, { program: PROGRAM });
}

if (!isMainThread) void serveAsWorker();
else if (isStartedProgram()) {
  passOverSqliteWarning();
  useManyDiskThreads();
  limitYoungGeneration();
  void main(process.argv.slice(2)).then((status) => process.exit(status));
}

async function serveAsWorker(): Promise<void> {
  const { OPERATION_ROLE, serveOperations } = await import('./jobs/embedded/operationWorker.ts');
  if (!parentPort || (workerData as { role?: unknown } | null)?.role !== OPERATION_ROLE) return;
  const { OperationRegistry } = await import('./jobs/operationRegistry.ts');
  serveOperations(parentPort, new OperationRegistry());
}

/** Whether this file was started, not imported. */
function isStartedProgram(): boolean {
  try {
    return process.argv[1] !== undefined && realpathSync(process.argv[1]) === realpathSync(PROGRAM);
  } catch {
    return false;
  }
}

/** Node 22 greets everyone who uses `node:sqlite` with a warning that is of no use to them. */
function passOverSqliteWarning(): void {
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => {
    if (name !== 'ExperimentalWarning' || !message.startsWith('SQLite')) process.stderr.write(`${name}: ${message}\n`);
  });
}
