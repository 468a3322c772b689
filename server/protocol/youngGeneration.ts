import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** As many bytes for objects that were just made are enough; left alone, they become twice as many. */
const ENOUGH = 32 * 1024 * 1024;

/**
 * Keeps the memory that V8 sets aside for new objects from growing beyond 32 MiB. For a program of its own, and not within an
 * editor: it concerns the whole process. Costs nothing that could be measured; a smaller limit does, because objects that are needed
 * for one more moment are then taken for old ones. Keeps no process alive.
 *
 * The flag is one of those that V8 looks at whenever it is about to make that memory larger, so it may be set while a program runs.
 */
export function limitYoungGeneration(): void {
  const observer = new PerformanceObserver(() => {
    if (youngGenerationBytes() < ENOUGH) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    observer.disconnect();
  });
  observer.observe({ entryTypes: ['gc'] });
}

/** What is set aside for new objects now. */
export function youngGenerationBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
}
