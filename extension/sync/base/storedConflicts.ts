import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Conflict } from '../reconcile/conflict.ts';

/** The conflicts of a target as of the last look of whoever syncs it now; can be read beside a running sync. */
export function storedConflicts(stateDirectory: string): readonly Conflict[] {
  const file = join(stateDirectory, 'base.db');
  if (!existsSync(file)) return [];
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  try {
    const row = database.prepare("SELECT value FROM meta WHERE key = 'conflicts'").get() as
      | { value: string }
      | undefined;
    return row ? (JSON.parse(row.value) as Conflict[]) : [];
  } finally {
    database.close();
  }
}
