/** Version of the tables below, kept in the file's `user_version`. */
export const SCHEMA_VERSION = 2;

/**
 * Paths are wire paths; the parent of what lies in the root is ''. SQLite compares text by its UTF-8 bytes, so a folder comes
 * right before what is in it, and everything below `p` lies between `p/` and `p0` (0 follows the slash).
 */
export const SCHEMA = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  -- What each path holds. fold: the name's collision key. kind: file, directory, link. rev: its last change.
  -- identity: what lstat said when the entry was true; with a leading ~ it may be out of date without showing it.
  CREATE TABLE entries (
    path TEXT PRIMARY KEY,
    parent TEXT NOT NULL,
    fold TEXT NOT NULL,
    kind TEXT NOT NULL,
    content TEXT,
    size INTEGER NOT NULL,
    executable INTEGER NOT NULL,
    target TEXT,
    rev INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    identity TEXT NOT NULL,
    inode TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX entries_by_parent ON entries (parent, fold);
  CREATE INDEX entries_by_content ON entries (content) WHERE content IS NOT NULL;
  CREATE INDEX entries_by_inode ON entries (inode) WHERE inode IS NOT NULL;
  CREATE INDEX entries_links ON entries (path) WHERE kind = 'link';

  -- The feed: one row for each revision, without holes except at the old end. entry: JSON, of a put, and of a moved
  -- file or link. at: when, on this machine's clock; null in rows of an older index. mode_only: 1 for a put that changed
  -- nothing but whether a file is executable.
  CREATE TABLE changes (
    rev INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    path TEXT NOT NULL,
    source TEXT,
    entry TEXT,
    at INTEGER,
    mode_only INTEGER
  ) STRICT;

  -- What paths held before rev, folders included. since: revision that wrote it; null in rows of an older index.
  CREATE TABLE history (
    path TEXT NOT NULL,
    rev INTEGER NOT NULL,
    kind TEXT NOT NULL,
    content TEXT,
    size INTEGER NOT NULL,
    executable INTEGER NOT NULL,
    target TEXT,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL,
    by TEXT NOT NULL,
    since INTEGER,
    PRIMARY KEY (path, rev)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX history_by_rev ON history (rev, path);
  CREATE INDEX history_by_content ON history (content, size) WHERE content IS NOT NULL;

  -- Paths that held something before rev of which there is no version (any more). entry: JSON, if it is known what it was;
  -- the content may be held elsewhere.
  CREATE TABLE lost (rev INTEGER NOT NULL, path TEXT NOT NULL, entry TEXT, PRIMARY KEY (rev, path)) STRICT, WITHOUT ROWID;

  -- Answers that were given, by the id of the commit. answer: JSON.
  CREATE TABLE commits (id TEXT PRIMARY KEY, at INTEGER NOT NULL, answer TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX commits_by_age ON commits (at);
`;

/** What makes the tables of each version out of those of the version before; the first entry leads from 1 to 2. */
export const UPGRADES: readonly string[] = [
  `
  ALTER TABLE changes ADD COLUMN at INTEGER;
  ALTER TABLE changes ADD COLUMN mode_only INTEGER;
  ALTER TABLE history ADD COLUMN since INTEGER;
  CREATE TABLE lost (rev INTEGER NOT NULL, path TEXT NOT NULL, entry TEXT, PRIMARY KEY (rev, path)) STRICT, WITHOUT ROWID;
  `,
];
