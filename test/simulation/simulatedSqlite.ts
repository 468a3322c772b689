import { DatabaseSync as RealDatabase } from 'node:sqlite';
import { surroundingsNow } from './patchNode.ts';

/** What Syncline gets for `node:sqlite` in a simulation: the real thing, in a file elsewhere. */
export class DatabaseSync extends RealDatabase {
  constructor(path: string, options: object = {}) {
    super(surroundingsNow()?.placeDatabase(path) ?? path, options);
    surroundingsNow()?.databaseOpened(this, path);
  }

  override exec(sql: string): void {
    surroundingsNow()?.databaseStep(sql);
    super.exec(sql);
  }
}
