import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
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
  world: { readonly env: Readonly<Record<string, string | undefined>>; readonly script: string },
): Promise<number> {
  const path = world.env['SYNCLINE_SERVER_PROGRAM'] ?? besideScript(world.script);
  if (!existsSync(path)) {
    throw new SynclineError('Unsupported', `The server's program is missing: there is no ${path}. Build or install it there.`);
  }
  const program = createRequire(path)(path) as ServerProgram;
  return program.main(argv);
}

/** Beside the bundle; for the sources, where the build puts it. */
function besideScript(script: string): string {
  const real = realpathSync(script);
  const folder = dirname(real);
  return basename(real) === 'main.ts' ? join(folder, '../../dist/server.cjs') : join(folder, 'server.cjs');
}
