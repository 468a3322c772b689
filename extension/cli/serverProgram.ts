import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { SynclineError } from '../../server/protocol/errors.ts';

interface ServerProgram {
  /** Runs until it is told to stop and tells the exit status. */
  main(argv: readonly string[]): Promise<number>;
}

/**
 * Runs the server's own program, `server.cjs` beside this one, in this process. The client's code never imports the server's,
 * so it is found by its path; SYNCLINE_SERVER_PROGRAM names another.
 */
export async function runServerProgram(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const path = env['SYNCLINE_SERVER_PROGRAM'] ?? besideThis();
  if (!existsSync(path)) {
    throw new SynclineError(
      'Unsupported',
      `The server's program is missing: there is no ${path}. Build or install it there.`,
    );
  }
  const program = createRequire(path)(path) as ServerProgram;
  return program.main(argv);
}

/** In the bundle's folder; for the sources, where the build puts it. */
function besideThis(): string {
  const folder = import.meta.dirname;
  return basename(folder) === 'cli' ? join(folder, '../../dist/server.cjs') : join(folder, 'server.cjs');
}
