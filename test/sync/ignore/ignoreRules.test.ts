import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IgnoreRules, isIgnoreFile } from '../../../extension/sync/ignore/ignoreRules.ts';

const rulesOf = (files: Record<string, string>): IgnoreRules => new IgnoreRules((path) => files[path]);

/** `+` synced, `-` ignored; a path that ends in a slash is a folder. */
const CASES: [string, Record<string, string>, string][] = [
  ['without ignore files everything is synced', {}, '+a +b/ +b/c'],
  [
    'git and state folders are ignored anywhere',
    {},
    '-.git/ -.git/config -a/.git/ -a/.git -.syncline/x -.GIT/x -git~1/x +.github/x +.gitignore',
  ],
  ['names that macOS takes for .git are ignored', {}, '-.g\u200cit/hooks/x'],
  ['no rule includes .git again', { '.synclineignore': '!.git' }, '-.git/config'],
  ['a pattern matches in every folder', { '.gitignore': '*.log' }, '-a.log -d/e/a.log +a.txt'],
  ['a pattern with a slash is anchored', { '.gitignore': '/dist\nd/e' }, '-dist -dist/x +a/dist -d/e -d/e/x +a/d/e'],
  ['a folder pattern does not match files', { '.gitignore': 'build/' }, '+build -build/ -build/x'],
  ['the last matching line decides', { '.gitignore': '*.log\n!keep.log' }, '-a.log +keep.log'],
  ['nothing in an ignored folder is included again', { '.gitignore': 'd/\n!d/keep' }, '-d/keep'],
  ['the deepest file decides', { '.gitignore': '*.log', 'd/.gitignore': '!*.log' }, '-a.log +d/a.log +d/e/a.log'],
  ['rules of a folder are relative to it', { 'd/.gitignore': '/x' }, '+x -d/x +d/e/x'],
  ['rules are case-sensitive', { '.gitignore': 'Build' }, '-Build +build'],
  ['.synclineignore ignores more', { '.gitignore': 'a', '.synclineignore': 'b' }, '-a -b +c'],
  [
    '.synclineignore includes what git ignores',
    { '.gitignore': 'dist/', '.synclineignore': '!dist/' },
    '+dist/ +dist/x',
  ],
  ['… also from above the .gitignore', { 'p/.gitignore': 'dist/', '.synclineignore': '!dist/' }, '+p/dist/ +p/dist/x'],
  [
    '… and the other rules go on inside',
    { '.gitignore': 'dist/\n*.map', '.synclineignore': '!dist/' },
    '+dist/x -dist/x.map -dist/d/x.map +dist/d/x',
  ],
  [
    'an overruled folder with odd characters',
    { '.gitignore': '*', '.synclineignore': '!/d \\[x\\]/' },
    '+d [x]/ -e -d [x]/y',
  ],
  ['the negated class of a pattern works', { '.gitignore': '*.[!o]' }, '-a.c +a.o'],
  [
    'carriage returns, trailing spaces and comments are no part of a rule',
    { '.gitignore': 'a\r\nb  \r\n#c\r\n' },
    '-a -b +#c +c',
  ],
];

for (const [title, files, expected] of CASES) {
  test(title, () => {
    const rules = rulesOf(files);
    const words = expected.split(/ (?=[+-])/);
    const found = words.map((word) => {
      const isDirectory = word.endsWith('/');
      const path = word.slice(1, isDirectory ? -1 : undefined);
      return `${rules.isIgnored(path, isDirectory) ? '-' : '+'}${word.slice(1)}`;
    });
    assert.deepEqual(found, words);
  });
}

test('asks for each ignore file once', () => {
  const asked: string[] = [];
  const rules = new IgnoreRules((path) => void asked.push(path));
  for (const path of ['d/a', 'd/b', 'd/e/c']) rules.isIgnored(path, false);
  assert.deepEqual(asked.sort(), [
    '.gitignore',
    '.synclineignore',
    'd/.gitignore',
    'd/.synclineignore',
    'd/e/.gitignore',
    'd/e/.synclineignore',
  ]);
});

test('tells the file and the line that decided', () => {
  const rules = rulesOf({
    '.gitignore': '# logs\n*.log\n\n!keep.log\nbuild/',
    'd/.synclineignore': 'x\n!*.log',
  });
  const explain = (path: string): string => {
    const { ignored, rule, path: at } = rules.explain(path, false);
    const by = rule === undefined ? '' : rule === 'always' ? ' always' : ` ${rule.file}:${rule.line} ${rule.text}`;
    return `${ignored ? 'ignored' : 'synced'}${by}${at === path ? '' : ` at ${at}`}`;
  };
  assert.equal(explain('a.log'), 'ignored .gitignore:2 *.log');
  assert.equal(explain('keep.log'), 'synced .gitignore:4 !keep.log');
  assert.equal(explain('d/a.log'), 'synced d/.synclineignore:2 !*.log');
  assert.equal(explain('build/a/b'), 'ignored .gitignore:5 build/ at build');
  assert.equal(explain('.git/config'), 'ignored always at .git');
  assert.equal(explain('plain'), 'synced');
});

test('knows which files change what is ignored', () => {
  assert.deepEqual(['.gitignore', 'a/.synclineignore', 'x.gitignore', 'a/gitignore'].map(isIgnoreFile), [
    true,
    true,
    false,
    false,
  ]);
});
