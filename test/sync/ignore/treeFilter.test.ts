import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IgnoreRules } from '../../../extension/sync/ignore/ignoreRules.ts';
import { TreeFilter } from '../../../extension/sync/ignore/treeFilter.ts';
import { EMPTY_TREE } from '../../../extension/sync/tree/tree.ts';
import { applyChanges } from '../../../extension/sync/tree/treeEditor.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';
import { file, show, treeOf } from '../../support/treeNotation.ts';

const filterOf = (gitignore: string): TreeFilter =>
  new TreeFilter(new IgnoreRules((path) => (path === '.gitignore' ? gitignore : undefined)));

const CASES: [string, { tree: string; base?: string; rules?: string }, string, string?][] = [
  ['keeps what no rule ignores', { tree: 'a=1 d/b=2 e/ l->a' }, 'a=1 d/b=2 e/ l->a'],
  ['leaves out what is ignored', { tree: 'a=1 d/b.o=2 d/c=3 dist/x=4', rules: '*.o\ndist/' }, 'a=1 d/c=3'],
  ['leaves out a folder that holds nothing else', { tree: 'd/e/b.o=2 f/', rules: '*.o' }, 'f/'],
  ['… unless the base knows it', { tree: 'd/e/b.o=2', rules: '*.o', base: 'd/e/' }, 'd/e/'],
  [
    'leaves out a link that leads outside, and says so',
    { tree: 'l->../x d/m->../a d/n->../../b' },
    'd/m->../a',
    'LinkOutside d/n, LinkOutside l',
  ],
  ['keeps the folder of a path with a problem', { tree: 'd/n->../../b' }, 'd/', 'LinkOutside d/n'],
  ['leaves out names that collide', { tree: 'Read=1 read=2 x=3' }, 'x=3', 'NameCollision Read, NameCollision read'],
  [
    'keeps the one of them that the base knows',
    { tree: 'Read=1 read=2', base: 'read=2' },
    'read=2',
    'NameCollision Read',
  ],
  ['does not see collisions of ignored names', { tree: 'Read=1 read=2', rules: 'Read' }, 'read=2'],
  ['leaves out git folders in any spelling', { tree: '.git/config=1 d/.GIT/hooks/x=2 git~1/x=1 a=1' }, 'a=1'],
];

for (const [title, { tree, base = '', rules = '' }, expected, problems = ''] of CASES) {
  test(title, () => {
    const filtered = filterOf(rules).filter(treeOf(tree), treeOf(base));
    assert.equal(show(filtered.tree), expected);
    const found = filtered.problems.map(({ code, path }) => `${code} ${path}`);
    assert.equal(found.sort().join(', '), problems);
  });
}

test('a tree in which nothing is left out is given back itself', () => {
  const tree = treeOf('a=1 d/b=2');
  assert.equal(filterOf('*.o').filter(tree, EMPTY_TREE).tree, tree);
});

test('filters again only what has changed', () => {
  const asked: string[] = [];
  const rules = new IgnoreRules(() => undefined);
  const isIgnored = rules.isIgnored.bind(rules);
  rules.isIgnored = (path, isDirectory) => {
    asked.push(path);
    return isIgnored(path, isDirectory);
  };
  const filter = new TreeFilter(rules);
  const tree = treeOf('a/b=1 a/c=2 d/e=3');
  filter.filter(tree, EMPTY_TREE);
  asked.length = 0;
  const next = applyChanges(tree, [{ kind: 'put', rev: 1, path: parseWirePath('d/e'), entry: file('4') }]);
  assert.equal(show(filter.filter(next, EMPTY_TREE).tree), 'a/b=1 a/c=2 d/e=4');
  assert.deepEqual(asked, ['a', 'd', 'd/e']);
});

test('takes as it is what a look by the same rules let pass here, and looks at the rest', () => {
  const asked: string[] = [];
  const rules = new IgnoreRules((path) => (path === '.gitignore' ? '*.o' : undefined));
  const isIgnored = rules.isIgnored.bind(rules);
  rules.isIgnored = (path, isDirectory) => {
    asked.push(path);
    return isIgnored(path, isDirectory);
  };
  const seen = treeOf('a/b=1 a/d/e=2 f/g=3');
  const tree = applyChanges(seen, [
    { kind: 'put', rev: 1, path: parseWirePath('f/h.o'), entry: file('4') },
    { kind: 'put', rev: 2, path: parseWirePath('f/l'), entry: { kind: 'link', target: '../../x' } },
  ]);
  const filtered = new TreeFilter(rules).filter(tree, EMPTY_TREE, seen);
  assert.equal(show(filtered.tree), 'a/b=1 a/d/e=2 f/g=3');
  assert.deepEqual(
    filtered.problems.map(({ path }) => path),
    ['f/l'],
  );
  assert.deepEqual(asked.sort(), ['a', 'f', 'f/g', 'f/h.o', 'f/l']);
});
