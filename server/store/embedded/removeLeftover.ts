import { rmSync } from 'node:fs';

/** Removes a temporary file that is of no use any more. What cannot be removed now goes with the next start. */
export function removeLeftover(file: string): void {
  try {
    rmSync(file, { recursive: true, force: true });
  } catch {
    // whoever calls this is busy with a failure that matters more
  }
}
