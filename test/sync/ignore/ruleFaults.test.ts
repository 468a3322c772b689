import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleFaults } from '../../../extension/sync/ignore/ruleFaults.ts';
import { IgnoreRules } from '../../../extension/sync/ignore/ignoreRules.ts';

const lines = (text: string): string[] => ruleFaults(text).map(({ line, message }) => `${line} ${message}`);

test('rules that cannot do what they were written for are named with their line', () => {
  const text = [
    '# note',
    'build\\',
    'src\\gen',
    './out',
    '../other',
    'a/../b',
    '[abc',
    '!.git',
    '!.syncline/',
    '',
  ].join('\n');
  assert.deepEqual(
    ruleFaults(text).map(({ line }) => line),
    [2, 3, 4, 5, 6, 7, 8, 9],
  );
  assert.match(lines('\ufeff./out\r\nfine\r\n').join(), /^1 .*“\.\/” and “\.\.\/” match nothing/);
});

test('what may be on purpose is left alone', () => {
  const fine = [
    '',
    '   ',
    '#./x',
    '*.log',
    '/dist/',
    '!keep.log',
    '**/tmp',
    '[a-z]*.o',
    '\\#note',
    '\\!bang',
    'a\\ b',
    'end\\\\',
    'a..b',
    '...',
    '\\[x',
  ];
  assert.deepEqual(lines(fine.join('\n')), []);
});

test('what is told of as matching nothing matches nothing', () => {
  for (const rule of ['build\\', './build', '../build', '[build']) {
    const rules = new IgnoreRules((path) => (path === '.gitignore' ? rule : undefined));
    for (const path of ['build', 'b', 'build/x']) assert.equal(rules.isIgnored(path, false), false, rule);
  }
});

test('the files that rules were read from are known after a look', () => {
  const files: Readonly<Record<string, string>> = { '.gitignore': 'x', 'a/.synclineignore': 'y' };
  const rules = new IgnoreRules((path) => files[path]);
  for (const path of ['a/b', 'c']) rules.isIgnored(path, false);
  assert.deepEqual(rules.files.map(({ path }) => path).toSorted(), ['.gitignore', 'a/.synclineignore']);
});
