import type { Guard } from './guards.ts';

const CHANGES = 'test/sync/local/localChanges.test.ts';
const ENDPOINT = 'test/sync/local/localEndpoint.test.ts';
const CONTINUOUS = 'test/sync/continuousSync.test.ts';

const SYNC = 'extension/sync';
const LOCAL = `${SYNC}/local`;

export const CLIENT_GUARDS: readonly Guard[] = [
  {
    name: 'the comparison of a local file with what the plan saw, where the cache knows its content',
    promise: 2,
    file: `${LOCAL}/localState.ts`,
    find: 'return known === expected.content ? found : undefined;',
    replace: 'return found;',
    tests: [{ file: ENDPOINT, title: 'a file that the cache knows to hold something else is not overwritten' }],
  },
  {
    name: 'the comparison of a local file with what the plan saw, where it has to be read again',
    promise: 2,
    file: `${LOCAL}/localState.ts`,
    find: 'return hashed.content === content ? { ...found, identity: hashed.identity } : undefined;',
    replace: 'return { ...found, identity: hashed.identity };',
    tests: [{ file: ENDPOINT, title: 'a file that changed after the scan is not overwritten' }],
  },
  {
    name: 'the last look at a local file that is replaced',
    promise: 2,
    file: `${LOCAL}/localChanges.ts`,
    find: 'if (isLinked ? sameFile(identityOf(stat), old.identity) : this.#isSame(path, old)) return;',
    replace: 'if (isLinked || stat) return;',
    tests: [{ file: CHANGES, title: 'a file replaced by another program at the last moment is not overwritten' }],
  },
  {
    name: 'the last look at a local file that is deleted',
    promise: 2,
    file: `${LOCAL}/localChanges.ts`,
    find: 'if (sameFile(identityOf(lstatSync(kept, { bigint: true })), old.identity)) return;',
    replace: 'if (kept) return;',
    tests: [{ file: CHANGES, title: 'a file replaced by another program at the last moment is not deleted' }],
  },
  {
    name: 'the refusal to put a new file over one that has just appeared',
    promise: 2,
    file: 'server/protocol/disk/placeNew.ts',
    find: 'linkSync(staged, target);',
    replace: 'return renameSync(staged, target);',
    tests: [{ file: CHANGES, title: 'a file that appeared at the last moment is not overwritten' }],
  },
  {
    name: 'the hash check of a download',
    promise: 1,
    file: 'extension/connect/partWriter.ts',
    find: '|| this.#hasher.finish() !== this.#part.content',
    replace: '',
    tests: [
      {
        file: 'test/sync/remote/hostileServer.test.ts',
        title: 'bytes that are not the content are never put in place',
      },
      { file: 'test/sync/local/localStaging.test.ts', title: 'bytes that are not the content, too few or too many' },
    ],
  },
  {
    name: 'the fsync of downloaded contents before they are put in place',
    promise: 1,
    file: `${LOCAL}/localEndpoint.ts`,
    find: 'await staging.sync();',
    replace: '',
    tests: [{ file: 'test/sync/local/localDurability.test.ts', title: 'what is fetched is on the disk before' }],
  },
  {
    name: 'the fsync of each further file of a downloaded content',
    promise: 1,
    file: `${LOCAL}/localStaging.ts`,
    find: 'this.#unsynced.add(copy);',
    replace: '',
    tests: [
      {
        file: 'test/sync/local/localDurability.test.ts',
        title: 'of a content that goes to several places every file is on the disk before',
      },
    ],
  },
  {
    name: 'the fsync of safety copies before the changes',
    promise: 3,
    file: `${LOCAL}/localEndpoint.ts`,
    find: 'await this.#options.safety.sync();',
    replace: '',
    tests: [{ file: 'test/sync/local/localDurability.test.ts', title: 'what is fetched is on the disk before' }],
  },
  {
    name: 'the fsync of local folders that changed',
    promise: 1,
    file: `${LOCAL}/localEndpoint.ts`,
    find: 'await syncFolders(changes.changedFolders, jail, bulkSync && (() => bulkSync.writeOut(root)));',
    replace: '',
    tests: [{ file: 'test/sync/local/localDurability.test.ts', title: 'what is fetched is on the disk before' }],
  },
  {
    name: 'the safety copy of a local file that is replaced',
    promise: 3,
    file: `${LOCAL}/localChanges.ts`,
    find: 'else this.#keepFile(path, old);',
    replace: '',
    tests: [
      { file: ENDPOINT, title: 'when the safety copy cannot be made, the file stays' },
      { file: CHANGES, title: 'a file replaced by another program at the last moment is not overwritten' },
    ],
  },
  {
    name: 'the safety copy of a local file that is deleted',
    promise: 3,
    file: `${LOCAL}/localChanges.ts`,
    find: 'const kept = this.#safety.move(this.#jail.at(path), path);',
    replace:
      'if (old.kind) return unlinkSync(this.#jail.at(path));\n    const kept = this.#safety.move(this.#jail.at(path), path);',
    tests: [{ file: ENDPOINT, title: 'makes any tree out of any other, and keeps every content it takes away' }],
  },
  {
    name: 'what cannot be copied to safety staying as it is',
    promise: 3,
    file: `${LOCAL}/safetyCopies.ts`,
    find: "throw new SynclineError(code === 'DiskFull' ? code : 'StorageFailed', message, { cause: error });",
    replace: 'return void [code, message];',
    tests: [{ file: ENDPOINT, title: 'when the safety copy cannot be made, the file stays' }],
  },
  {
    name: 'folders that still hold something being left standing',
    promise: 9,
    file: `${LOCAL}/localChanges.ts`,
    find: 'rmdirSync(this.#jail.at(path));',
    replace: 'rmSync(this.#jail.at(path), { recursive: true });',
    tests: [
      { file: 'test/sync/ignore/sameDecision.test.ts', title: "Unison's hole" },
      { file: ENDPOINT, title: 'leaves a folder standing that holds something' },
    ],
  },
  {
    name: 'the comparison of entries by content, by which our own echoes are told from changes',
    promise: 2,
    file: `${SYNC}/tree/tree.ts`,
    find: 'return sameEntry(a, b);',
    replace: 'return false;',
    tests: [
      { file: 'test/sync/reconcile/reconcile.test.ts', title: 'agrees silently where both sides did the same' },
      { file: 'test/sync/syncCycle.test.ts', title: 'nothing that was fetched is sent back' },
    ],
  },
  {
    name: 'both edited being a conflict',
    promise: 2,
    file: `${SYNC}/reconcile/decide.ts`,
    find: 'if (!remote) return TO_REMOTE;\n  return CONFLICT;',
    replace: 'return TO_REMOTE;',
    tests: [{ file: 'test/sync/reconcile/reconcile.test.ts', title: 'keeps both contents when both sides edited' }],
  },
  {
    name: 'a deletion losing to a modification',
    promise: 2,
    file: `${SYNC}/reconcile/decide.ts`,
    find: 'if (!local) return TO_LOCAL;',
    replace: 'if (!local) return TO_REMOTE;',
    tests: [{ file: 'test/sync/reconcile/reconcile.test.ts', title: 'a deletion loses to a modification' }],
  },
  {
    name: 'a path with a problem not being an absence',
    promise: 10,
    file: `${SYNC}/reconcile/agreement.ts`,
    find: 'return this.#blocked.has(at) ? base : yield* this.at(at, base, local, remote);',
    replace: 'return yield* this.at(at, base, local, remote);',
    tests: [{ file: 'test/sync/reconcile/reconcile.test.ts', title: 'a path with a problem keeps its base' }],
  },
  {
    name: 'a local root that is missing not being an empty one',
    promise: 10,
    file: `${LOCAL}/localScanner.ts`,
    find: 'const before = identityOf(this.#root);',
    replace:
      'const before = identityOf(this.#root);\n    if (before === undefined) return { tree: EMPTY_TREE, problems: [] };',
    tests: [{ file: 'test/sync/local/localScanner.test.ts', title: 'a root that is missing or no folder is an error' }],
  },
  {
    name: 'changes being made in no other folder than the one that was looked at',
    promise: 10,
    file: `${LOCAL}/localEndpoint.ts`,
    find: 'if (looked === undefined || looked === `${dev}:${ino}`) return jail;',
    replace: 'if (dev && ino) return jail;',
    tests: [
      {
        file: 'test/sync/local/localEndpoint.test.ts',
        title: 'nothing is changed in another folder that has taken the place',
      },
    ],
  },
  {
    name: 'the brake on large deletions',
    promise: 10,
    file: `${SYNC}/reconcile/brakes.ts`,
    find: 'if (of >= SMALLEST_BRAKED_TREE && deletions * 2 > of)',
    replace: 'if (of < 0)',
    tests: [{ file: 'test/sync/reconcile/brakes.test.ts', title: 'more than half of a tree asks first' }],
  },
  {
    name: 'the brake on files that look secret',
    promise: 10,
    file: `${SYNC}/reconcile/brakes.ts`,
    find: 'if (secrets.length === 0) return null;',
    replace: 'if (secrets.length >= 0) return null;',
    tests: [{ file: 'test/sync/reconcile/brakes.test.ts', title: 'a file that looks secret is asked for' }],
  },
  {
    name: 'the brake on a side that is empty',
    promise: 10,
    file: `${SYNC}/reconcile/brakes.ts`,
    find: 'if (otherTree.children.size === 0 && (areSeveral || of + gone >= SMALLEST_BRAKED_TREE)) {',
    replace: 'if (otherTree.children.size < 0) {',
    tests: [{ file: 'test/sync/reconcile/brakes.test.ts', title: 'an emptied local folder does not empty the server' }],
  },
  {
    name: 'deletions in portions being counted together',
    promise: 10,
    file: `${SYNC}/reconcile/brakes.ts`,
    find: 'if (gone > 0 && going > 0 && before >= SMALLEST_BRAKED_TREE && (gone + going) * 2 > before) {',
    replace: 'if (gone < 0) {',
    tests: [{ file: CONTINUOUS, title: 'a folder that is deleted in portions is held back' }],
  },
  {
    name: 'the brake on another folder in the place of the synced one',
    promise: 10,
    file: `${SYNC}/reconcile/brakes.ts`,
    find: "if (replaced.includes(side === 'remote' ? 'local' : 'remote')) {",
    replace: 'if (replaced.length < 0) {',
    tests: [{ file: CONTINUOUS, title: 'another folder in the place of the synced one stops' }],
  },
  {
    name: 'the note of what was begun here, which outlives a second death',
    promise: 2,
    file: `${SYNC}/targetMemory.ts`,
    find: 'store.save(next, files, settled, this.#isLocalSettled);',
    replace: 'store.save(next, files, settled, true);',
    tests: [
      { file: 'test/sync/targetMemory.test.ts', title: 'what a process had begun here when it died is known until' },
    ],
  },
  {
    name: 'the look whether the server has told already what it answers',
    promise: 1,
    file: `${SYNC}/remote/remoteTree.ts`,
    find: 'all.filter(({ rev }) => rev > known.rev)',
    replace: 'all',
    tests: [
      {
        file: 'test/sync/remote/remoteTree.test.ts',
        title: 'what the feed told before the answer came is not carried',
      },
    ],
  },
  {
    name: 'the difference between a folder that is empty and one that cannot be listed, on the client',
    promise: 2,
    file: `${LOCAL}/scanTree.ts`,
    find: 'if (walked.unreadable) {',
    replace: "if (walked.unreadable?.code === 'NotFound') {",
    tests: [
      {
        file: 'test/sync/local/localScanner.test.ts',
        title: 'an unreadable file or folder is a problem, not a deletion',
      },
    ],
  },
  {
    name: "git's racy rule on the client",
    promise: 7,
    file: `${LOCAL}/statCache.ts`,
    find: 'if (isRacy(identity, readAtNs)) {',
    replace: 'if (isRacy(identity, readAtNs) && readAtNs < 0n) {',
    tests: [
      { file: 'test/sync/local/statCache.test.ts', title: 'does not trust a file that was read just after it changed' },
    ],
  },
  {
    name: 'the ignore rules',
    promise: 9,
    file: `${SYNC}/ignore/ignoreRules.ts`,
    find: "return this.#decidingFile(path, isDirectory)?.verdict === 'ignored';",
    replace: 'return this.#decidingFile(path, isDirectory) === null;',
    tests: [
      {
        file: 'test/sync/ignore/sameDecision.test.ts',
        title: 'save, watch, sync, explanation, the tree of the server and put decide alike',
      },
    ],
  },
  {
    name: 'git’s own data never being written to from outside',
    promise: 9,
    file: `${LOCAL}/localEndpoint.ts`,
    find: "if (path.split('/').some(isAlwaysIgnored)) throw new SynclineError('IllegalPath');",
    replace: '',
    tests: [{ file: ENDPOINT, title: 'refuses links that lead outside and names of git' }],
  },
  {
    name: 'the refusal of links from the server that lead outside',
    promise: 6,
    file: `${LOCAL}/localEndpoint.ts`,
    find: "if (isLink && operation.entry.kind === 'link' && !linkStaysInside(path, operation.entry.target))",
    replace: "if (isLink && operation.entry.kind === 'link' && operation.entry.target === '')",
    tests: [{ file: ENDPOINT, title: 'refuses links that lead outside and names of git' }],
  },
  {
    name: 'the safety copy of what a download replaces',
    promise: 3,
    file: 'extension/connect/copy/download.ts',
    find: 'safety?.keep(jail.at(path), path);',
    replace: '',
    tests: [
      {
        file: 'test/connect/copy/download.test.ts',
        title: 'a copy that cannot be kept means that nothing is replaced',
      },
    ],
  },
  {
    name: 'the word for a folder that a deleted tree had empty',
    promise: 3,
    file: `${LOCAL}/localChanges.ts`,
    find: 'this.#safety.keepFolder(path);',
    replace: '',
    tests: [
      {
        file: 'test/sync/local/safetyStops.test.ts',
        title: 'stays when there is no room for its safety copy',
      },
    ],
  },
  {
    name: 'the order of a restore: room first, what came later last',
    promise: 2,
    file: 'extension/connect/undo/planRestore.ts',
    find: 'const operations = [...room, ...folders, ...puts, ...rest];',
    replace: 'const operations = [...folders, ...puts, ...room, ...rest];',
    tests: [
      {
        file: 'test/connect/undo/planRestore.test.ts',
        title: 'whatever was there and whatever is, each operation finds what it expects, and the end is what was',
      },
    ],
  },
  {
    name: 'the brake on a restore that would delete most of a folder',
    promise: 10,
    file: 'extension/connect/undo/planRestore.ts',
    find: 'if (of < SMALLEST_BRAKED || deletions * 2 <= of) return null;',
    replace: 'if (of >= 0) return null;',
    tests: [
      {
        file: 'test/connect/undo/planRestore.test.ts',
        title: 'a person is asked before more than half of a folder goes, unless that is small',
      },
    ],
  },
  {
    name: 'the note of what a sync begins on the local folder',
    promise: 2,
    file: `${SYNC}/syncCycle.ts`,
    find: 'this.memory.beginLocally(toLocal);',
    replace: '',
    tests: [
      {
        file: 'test/sync/killed.test.ts',
        title: 'killed between a change here and the note that both sides agree',
      },
    ],
  },
];
