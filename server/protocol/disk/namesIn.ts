import { readdirSync } from 'node:fs';
import { isMissing } from './diskError.ts';

/** The names in a folder, sorted; none where there is no folder. Throws what the file system says otherwise. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
