import { join } from 'node:path';
import { diskError } from '../../protocol/disk/diskError.ts';
import { syncToDisk } from '../../protocol/disk/syncToDisk.ts';
import type { BulkSync } from '../../protocol/disk/bulkSync.ts';
import type { Log } from '../../log.ts';
import { Adoption } from './adoption.ts';
import { ChangeLog } from './changeLog.ts';
import { ChangeRecorder } from './changeRecorder.ts';
import type { CommitParts } from './commitGroup.ts';
import { CommitRecords } from './commitRecords.ts';
import { ContentSources } from './contentSources.ts';
import { DurableFolders } from './durableFolders.ts';
import { EmbeddedContents } from './embeddedContents.ts';
import { EmbeddedFeed } from './embeddedFeed.ts';
import { EmbeddedTree } from './embeddedTree.ts';
import { EmbeddedPast } from './embeddedPast.ts';
import { HistoryBegin } from './historyBegin.ts';
import { HistoryTable } from './historyTable.ts';
import { LostVersions } from './lostVersions.ts';
import { IndexDatabase } from './indexDatabase.ts';
import { IndexEntries } from './indexEntries.ts';
import { OwnChanges } from './ownChanges.ts';
import { ObjectStore } from './objectStore.ts';
import { Retention, type RetentionOptions } from './retention.ts';
import type { ScanOptions } from './shareScans.ts';
import { ShareProblems } from './shareProblems.ts';
import { ShareRoot } from './shareRoot.ts';
import { Staging } from './staging.ts';
import { makeFolders } from '../../protocol/disk/makeFolders.ts';

export interface EmbeddedShareOptions extends ScanOptions {
  readonly name: string;
  readonly directory: string;
  /**
   * Where the state lives; default: `.syncline` in the directory. A folder on another file system holds the index alone, because
   * contents have to be where files can be moved and linked from; they stay in `.syncline` then, as do marker and lock.
   */
  readonly stateDirectory?: string | undefined;
  /** Makes the directory if it is missing. */
  readonly create?: boolean | undefined;
  readonly retention?: RetentionOptions | undefined;
  readonly log: Log;
  /** Makes syncing many files at once cheaper; left out: each is synced by itself. */
  readonly bulkSync?: BulkSync | undefined;
  /** Milliseconds since 1970. */
  readonly clock?: (() => number) | undefined;
}

/** What an embedded share consists of. */
export interface ShareParts extends CommitParts {
  readonly database: IndexDatabase;
  /** Over the reading connection. */
  readonly reader: { readonly entries: IndexEntries; readonly history: HistoryTable };
  readonly tree: EmbeddedTree;
  readonly feed: EmbeddedFeed;
  readonly past: EmbeddedPast;
  readonly historyBegin: HistoryBegin;
  readonly contents: EmbeddedContents;
  readonly retention: Retention;
  readonly log: Log;
}

/** Opens directory, index and stores. @throws as `EmbeddedShare.open` */
export async function openParts(options: EmbeddedShareOptions): Promise<ShareParts> {
  const { directory, stateDirectory, create, log: messages, bulkSync, clock = Date.now } = options;
  if (create) makeDirectory(directory);
  const root = ShareRoot.open(directory, stateDirectory);
  const database = IndexDatabase.open(root.indexFolder, [root.stateFolder, root.indexFolder]);
  try {
    database.setShare(await root.bind(database.share));
    const objects = new ObjectStore(join(root.filesFolder, 'objects'));
    const staging = new Staging(join(root.filesFolder, 'staging'), bulkSync);
    // what is kept in these folders is as durable as their names
    await syncToDisk([...new Set([root.filesFolder, root.stateFolder, root.indexFolder, root.path])]);
    const problems = new ShareProblems();
    const durableFolders = new DurableFolders();
    const recorder = new ChangeRecorder(database, clock);
    const entries = new IndexEntries(database.reader);
    const history = new HistoryTable(database.reader);
    const log = new ChangeLog(database.reader);
    const historyBegin = new HistoryBegin(database);
    const lost = new LostVersions(database.reader);
    const contents = new ContentSources(root, entries, objects, { keepsFolders: true });
    return {
      root,
      database,
      objects,
      staging,
      problems,
      recorder,
      sources: new ContentSources(root, recorder.entries, objects),
      reader: { entries, history },
      durableFolders,
      own: new OwnChanges(),
      adoption: new Adoption({ root, recorder, objects, problems, durableFolders }),
      records: new CommitRecords(database.writer),
      tree: new EmbeddedTree(entries),
      feed: new EmbeddedFeed(database.epoch, entries, log, messages),
      past: new EmbeddedPast({ entries, log, history, lost, contents, begin: historyBegin, clock }),
      historyBegin,
      contents: new EmbeddedContents(root, contents, staging),
      retention: new Retention(database, objects, clock, options.retention),
      log: messages,
      clock,
      ...(bulkSync && { writeOut: () => bulkSync.writeOut(root.filesFolder) }),
    };
  } catch (error) {
    database.close();
    throw diskError(error, "open the share's state folder");
  }
}

function makeDirectory(directory: string): void {
  try {
    makeFolders(directory);
  } catch (error) {
    throw diskError(error, "make the share's folder");
  }
}
