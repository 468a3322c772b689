import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import type { Change, Cursor } from '../../../server/protocol/messages/values.ts';
import { DIRECTORY } from '../../../server/protocol/entry.ts';
import { parentOf, parseWirePath, type WirePath } from '../../../server/protocol/wirePath.ts';
import { RemoteTree } from '../../../extension/sync/remote/remoteTree.ts';
import { EMPTY_TREE, nodeAt, sameNode, type Tree } from '../../../extension/sync/tree/tree.ts';
import { applyChanges } from '../../../extension/sync/tree/treeEditor.ts';
import { arbitraryPath } from '../../support/arbitraryTree.ts';
import { carryOut } from '../../support/carryOut.ts';
import { file, show, treeOf } from '../../support/treeNotation.ts';

const p = parseWirePath;

/** A share that numbers its changes densely, as the real one does. */
class Numbered {
  readonly changes: Change[] = [];
  tree: Tree = EMPTY_TREE;

  get cursor(): Cursor {
    return { epoch: 'epoch-0001', rev: this.changes.length };
  }

  /** What became of an operation that was carried out, or null. */
  commit(operation: Operation): { rev: number; changes: number } | null {
    const { tree, result } = carryOut(this.tree, operation);
    if (result.status !== 'done') return null;
    const before = this.changes.length;
    const to = operation.kind === 'rename' ? operation.to : operation.path;
    for (const folder of missingFolders(this.tree, to))
      this.#note({ kind: 'put', rev: 0, path: folder, entry: DIRECTORY });
    const isThere = operation.kind === 'put' && sameNode(nodeAt(this.tree, to), operation.entry);
    if (operation.kind === 'put' && !isThere) this.#note({ kind: 'put', rev: 0, path: to, entry: operation.entry });
    else if (operation.kind === 'delete') this.#note({ kind: 'delete', rev: 0, path: to });
    else if (operation.kind === 'rename') this.#note({ kind: 'rename', rev: 0, from: operation.from, to });
    else if (operation.kind === 'makeDirectory' && !nodeAt(this.tree, to))
      this.#note({ kind: 'put', rev: 0, path: to, entry: DIRECTORY });
    this.tree = tree;
    return { rev: this.changes.length, changes: this.changes.length - before };
  }

  /** The same for one that is going to be. */
  done(operation: Operation): { rev: number; changes: number } {
    return this.commit(operation) ?? assert.fail();
  }

  #note(change: Change): void {
    this.changes.push({ ...change, rev: this.changes.length + 1 });
  }
}

function missingFolders(tree: Tree, path: WirePath): WirePath[] {
  const missing: WirePath[] = [];
  for (let at = parentOf(path); at && !nodeAt(tree, at); at = parentOf(at)) missing.unshift(at);
  return missing;
}

const put = (path: string, text: string): Operation => ({
  kind: 'put',
  path: p(path),
  entry: file(text),
  expect: null,
});

test('one save needs no word from the feed', () => {
  const share = new Numbered();
  share.commit(put('a', '1'));
  const remote = new RemoteTree({ tree: share.tree, cursor: share.cursor });
  const operation: Operation = { kind: 'put', path: p('a'), entry: file('2'), expect: file('1') };
  remote.committed([{ operation, ...share.done(operation) }], share.cursor);
  assert.deepEqual(remote.known?.cursor, share.cursor);
  assert.equal(show(remote.known?.tree ?? EMPTY_TREE), 'a=2');
});

test('nor do folders that are made on the way, and what was there already', () => {
  const share = new Numbered();
  const remote = new RemoteTree({ tree: share.tree, cursor: share.cursor });
  const operations: Operation[] = [put('d/e/a', '1'), { kind: 'makeDirectory', path: p('d') }, put('d/b', '2')];
  const committed = operations.map((operation) => ({ operation, ...share.done(operation) }));
  remote.committed(committed, share.cursor);
  assert.equal(share.cursor.rev, 4);
  assert.deepEqual(remote.known?.cursor, share.cursor);
  assert.equal(show(remote.view), 'd/b=2 d/e/a=1');
});

test('a feed that tells nothing new leaves what is stored as it is', () => {
  const remote = new RemoteTree({ tree: treeOf('a=1'), cursor: { epoch: 'epoch-0001', rev: 5 } });
  const { known } = remote;
  remote.follow([], { epoch: 'epoch-0001', rev: 5 });
  assert.equal(remote.known, known);
  remote.follow([], { epoch: 'epoch-0001', rev: 6 });
  assert.equal(remote.known?.cursor.rev, 6);
});

test("somebody else's change in between is not missed", () => {
  const share = new Numbered();
  const remote = new RemoteTree({ tree: share.tree, cursor: share.cursor });
  share.commit(put('theirs', '1'));
  const operation = put('mine', '2');
  remote.committed([{ operation, ...share.done(operation) }], share.cursor);
  assert.equal(remote.known?.cursor.rev, 0);
  assert.equal(show(remote.view), 'mine=2');
  remote.follow(share.changes, share.cursor);
  assert.equal(show(remote.view), 'mine=2 theirs=1');
});

test('a rename that the feed tells again is not carried out twice', () => {
  const share = new Numbered();
  share.commit(put('a', 'old'));
  const remote = new RemoteTree({ tree: share.tree, cursor: share.cursor });
  share.commit(put('theirs', '1'));
  const moves: Operation[] = [
    { kind: 'rename', from: p('a'), to: p('b'), expect: file('old'), expectTo: null },
    put('a', 'new'),
  ];
  remote.committed(
    moves.map((operation) => ({ operation, ...share.done(operation) })),
    share.cursor,
  );
  assert.equal(show(remote.view), 'a=new b=old');
  remote.follow(share.changes.slice(1, 2), { ...share.cursor, rev: 2 });
  assert.equal(show(remote.view), 'a=new b=old theirs=1');
  remote.follow(share.changes.slice(2), share.cursor);
  assert.equal(show(remote.view), 'a=new b=old theirs=1');
});

test('what the feed told before the answer came is not carried out a second time', () => {
  const share = new Numbered();
  share.commit(put('e/b', '1'));
  share.commit(put('f/x', '2'));
  const remote = new RemoteTree({ tree: share.tree, cursor: share.cursor });
  const { length } = share.changes;
  const expect = DIRECTORY;
  const moves: Operation[] = [
    { kind: 'rename', from: p('e'), to: p('h'), expect, expectTo: null },
    { kind: 'rename', from: p('f'), to: p('e'), expect, expectTo: null },
  ];
  const committed = moves.map((operation) => ({ operation, ...share.done(operation) }));
  remote.follow(share.changes.slice(length), share.cursor);
  remote.committed(committed, share.cursor);
  assert.equal(show(remote.view), 'e/x=2 h/b=1');
  assert.equal(remote.rev, share.cursor.rev);
});

test('a snapshot of a new numbering voids everything', () => {
  const remote = new RemoteTree({ tree: treeOf('a=1'), cursor: { epoch: 'epoch-0001', rev: 5 } });
  remote.committed([{ operation: put('n/m', '2'), rev: 7 }], { epoch: 'epoch-0001', rev: 7 });
  remote.reset(treeOf('b=1'), { epoch: 'epoch-0002', rev: 3 });
  assert.equal(show(remote.view), 'b=1');
});

const arbitraryOperation = fc.record({
  kind: fc.constantFrom('put' as const, 'delete' as const, 'rename' as const, 'makeDirectory' as const),
  path: arbitraryPath,
  to: arbitraryPath,
  text: fc.constantFrom('1', '2', '3'),
});

/** `feed`: the feed tells so many changes. Otherwise somebody does something. */
const arbitraryEvent = fc.oneof(
  fc.record({ who: fc.constant('feed' as const), count: fc.nat(6) }),
  fc.record({
    who: fc.constantFrom('we' as const, 'others' as const),
    operations: fc.array(arbitraryOperation, { minLength: 1, maxLength: 4 }),
  }),
);

test('whatever we and others do, and however late the feed is: what is known of a cursor is what the share held then', () => {
  fc.assert(
    fc.property(fc.array(arbitraryEvent, { maxLength: 25 }), (events) => {
      const share = new Numbered();
      const remote = new RemoteTree({ tree: EMPTY_TREE, cursor: share.cursor });
      const assertKnown = (): void => {
        const rev = remote.known?.cursor.rev ?? 0;
        assert.equal(
          show(remote.known?.tree ?? EMPTY_TREE),
          show(applyChanges(EMPTY_TREE, share.changes.slice(0, rev))),
        );
      };
      const feed = (count: number): void => {
        const rev = remote.known?.cursor.rev ?? 0;
        const told = share.changes.slice(rev, rev + count);
        remote.follow(told, { epoch: 'epoch-0001', rev: rev + told.length });
      };
      for (const event of events) {
        if (event.who === 'feed') feed(event.count);
        else {
          const done: { operation: Operation; rev: number }[] = [];
          for (const { kind, path, to, text } of event.operations) {
            const operation = operationFor(share.tree, kind, path, to, text);
            const outcome = operation && share.commit(operation);
            if (operation && outcome) done.push({ operation, ...outcome });
          }
          if (event.who === 'we') remote.committed(done, share.cursor);
        }
        assertKnown();
      }
      feed(share.changes.length);
      assert.equal(show(remote.view), show(share.tree));
    }),
    { numRuns: 3000 },
  );
});

function operationFor(
  tree: Tree,
  kind: Operation['kind'],
  path: WirePath,
  to: WirePath,
  text: string,
): Operation | null {
  const found = nodeAt(tree, path);
  const expect = found?.kind === 'directory' ? DIRECTORY : (found ?? null);
  if (kind === 'put') return { kind, path, entry: file(text), expect };
  if (kind === 'makeDirectory') return { kind, path };
  if (!expect) return null;
  return kind === 'delete' ? { kind, path, expect } : { kind, from: path, to, expect, expectTo: null };
}
