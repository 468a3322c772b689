import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Homes and temporary folders below `folder`, so that a test neither sees nor leaves anything of this user's. */
export function privateEnvironment(folder: string): NodeJS.ProcessEnv {
  const below = (name: string) => {
    const path = join(folder, name);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  };
  const home = below('home');
  return {
    HOME: home,
    TMPDIR: below('tmp'),
    XDG_RUNTIME_DIR: below('run'),
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    XDG_STATE_HOME: join(home, '.local', 'state'),
  };
}
