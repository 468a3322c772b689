import { watch } from 'node:fs';
import { STATE_FOLDER } from '../wirePath.ts';
import { diskError } from './diskError.ts';
import type { DirtyPaths } from './dirtyPaths.ts';
import type { DirectoryWatch, WatchOptions } from './watchDirectory.ts';

/** Where the system itself watches whole trees (macOS, Windows). It reports a moved folder by its own path alone. */
export function watchRecursively(root: string, dirty: DirtyPaths, options: WatchOptions): DirectoryWatch {
  const watcher = watch(root, { persistent: false, recursive: true }, (_event, name) => {
    if (name === null) return dirty.addEverything();
    const path = name.replaceAll('\\', '/');
    if (path.split('/').some((part) => part.toLowerCase() === STATE_FOLDER) || options.skip?.(path, false)) return;
    dirty.add(path);
  });
  watcher.on('error', (error) => {
    dirty.addEverything();
    options.onDegraded?.(diskError(error, 'watch a folder'));
  });
  return {
    size: 1,
    watchNew: () => true,
    close() {
      dirty.close();
      watcher.close();
    },
  };
}
