import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the command line keeps what must outlive it. */
export function stateHome(env: Readonly<Record<string, string | undefined>>): string {
  return join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'syncline');
}
