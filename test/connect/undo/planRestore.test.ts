import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { brakeOnRestore, movedTo, planRestore, type PastEntries } from '../../../extension/connect/undo/planRestore.ts';
import { type Entry, sameEntry } from '../../../server/protocol/entry.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import { isWithin, parentOf, type WirePath } from '../../../server/protocol/wirePath.ts';
import { entryOf, path } from '../../support/shareUser.ts';
import type { Tree } from '../../support/tree.ts';

const entries = (tree: Tree): Map<WirePath, Entry> =>
  new Map(Object.entries(tree).map(([at, notation]) => [path(at), entryOf(notation)]));
const show = (operation: Operation): string =>
  operation.kind === 'rename' ? 'rename' : `${operation.kind} ${operation.path}`;
const plan = (then: PastEntries, now: Tree, keepNew = false): string[] =>
  planRestore(then, entries(now), { keepNew }).operations.map(show);

/** A share that takes an operation only if it finds what it expects, as the real one does. */
function apply(tree: Map<WirePath, Entry>, operation: Operation): void {
  assert.notEqual(operation.kind, 'rename');
  if (operation.kind === 'rename') return;
  const { path: at } = operation;
  const current = tree.get(at) ?? null;
  const below = [...tree.keys()].filter((each) => each !== at && isWithin(each, at));
  const spelled = [...tree.keys()].find((each) => each !== at && each.toLowerCase() === at.toLowerCase());
  if (operation.kind === 'delete') {
    assert.ok(sameEntry(current, operation.expect) && below.length === 0, `delete ${at}`);
    tree.delete(at);
    return;
  }
  assert.equal(spelled, undefined, `${at} beside ${spelled}`);
  for (let folder = parentOf(at); folder !== undefined; folder = parentOf(folder)) {
    assert.equal((tree.get(folder) ?? entryOf(null)).kind, 'directory');
    tree.set(folder, entryOf(null));
  }
  if (operation.kind === 'makeDirectory') {
    assert.equal((current ?? entryOf(null)).kind, 'directory');
    tree.set(at, entryOf(null));
  } else {
    assert.ok(sameEntry(current, operation.expect) && below.length === 0, `put ${at}`);
    tree.set(at, operation.entry);
  }
}

const someTree = fc
  .array(
    fc.tuple(
      fc.array(fc.constantFrom('a', 'A', 'b', 'c'), { minLength: 1, maxLength: 3 }),
      fc.constantFrom('one', 'two', '+x two', '-> a', null),
    ),
    { maxLength: 8 },
  )
  .map((rows) => {
    const tree = new Map<WirePath, Entry>();
    const taken = new Map<string, string>();
    for (const [names, notation] of rows) {
      const at = path(names.join('/'));
      const ways: WirePath[] = [];
      for (let each: WirePath | undefined = at; each !== undefined; each = parentOf(each)) ways.push(each);
      const isFree = ways.every((each) => (taken.get(each.toLowerCase()) ?? each) === each);
      if (
        !isFree ||
        tree.has(at) ||
        ways.slice(1).some((each) => tree.has(each) && tree.get(each)?.kind !== 'directory')
      )
        continue;
      for (const each of ways) {
        taken.set(each.toLowerCase(), each);
        if (each !== at) tree.set(each, entryOf(null));
      }
      tree.set(at, entryOf(notation));
    }
    return tree;
  });

test('whatever was there and whatever is, each operation finds what it expects, and the end is what was', () => {
  fc.assert(
    fc.property(someTree, someTree, (then, now) => {
      const tree = new Map(now);
      for (const operation of planRestore(then, now).operations) apply(tree, operation);
      assert.deepEqual(Object.fromEntries(tree), Object.fromEntries(then));
      assert.deepEqual(planRestore(then, tree).operations, []);
    }),
    { numRuns: 2000 },
  );
});

test('keeping what is new deletes only what is in the way', () => {
  fc.assert(
    fc.property(someTree, someTree, (then, now) => {
      const tree = new Map(now);
      for (const operation of planRestore(then, now, { keepNew: true }).operations) apply(tree, operation);
      for (const [at, entry] of then) assert.deepEqual(tree.get(at), entry);
    }),
  );
  const then = entries({ d: null, 'd/a': 'one' });
  assert.deepEqual(plan(then, { d: null, 'd/a': 'two', 'd/new': 'x' }, true), ['put d/a']);
  assert.deepEqual(plan(then, { d: 'a file' }, true), ['delete d', 'makeDirectory d', 'put d/a']);
});

test('deletions that make room come first, and the others last', () => {
  const then = entries({ d: null, 'd/a': 'one', 'd/e': null });
  const now = { d: null, 'd/A': 'two', 'd/new': 'x', 'd/new2': null, 'd/new2/f': 'y' };
  assert.deepEqual(plan(then, now), [
    'delete d/A',
    'makeDirectory d/e',
    'put d/a',
    'delete d/new2/f',
    'delete d/new2',
    'delete d/new',
  ]);
});

test('what is lost is told, and whatever is there now stays', () => {
  const then: PastEntries = new Map([...entries({ d: null, 'd/b': '1' }), [path('d/a'), null]]);
  for (const now of [{ d: null, 'd/a': 'now' }, { d: null, 'd/a': null, 'd/a/x': 'now' }, { d: null }] as Tree[]) {
    const { operations, lost } = planRestore(then, entries(now));
    assert.deepEqual([operations.map(show), lost], [['put d/b'], ['d/a']]);
  }
});

test('a folder can be put elsewhere, and the whole share into a folder', () => {
  const then = entries({ d: null, 'd/a': '1' });
  assert.deepEqual([...movedTo(then, path('d'), path('x/y'))], [...entries({ 'x/y': null, 'x/y/a': '1' })]);
  assert.deepEqual([...movedTo(then, undefined, path('x'))], [...entries({ 'x/d': null, 'x/d/a': '1' })]);
});

test('a person is asked before more than half of a folder goes, unless that is small', () => {
  const now = entries(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`f${i}`, 'x'])));
  const half = new Map([...now].slice(0, 10));
  const less = new Map([...now].slice(0, 9));
  assert.equal(brakeOnRestore(planRestore(half, now), now.size), null);
  assert.match(brakeOnRestore(planRestore(less, now), now.size) ?? '', /delete 11 of 20/);
  assert.equal(brakeOnRestore(planRestore(new Map(), new Map([...now].slice(0, 19))), 19), null);
});
