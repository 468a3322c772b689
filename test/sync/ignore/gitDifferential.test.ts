import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { IgnoreRules } from '../../../extension/sync/ignore/ignoreRules.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const FOLDERS = ['a', 'b', 'a/b', 'a/b/c', 'b/a', 'b/c.o'];
const FILES = ['', ...FOLDERS].flatMap((folder) =>
  ['x', 'X', 'y.o', 'c.o', 'a b', 'x ', '.h', '#x', '!y', '[x]', 'b-c', '1'].map((name) => join(folder, name)),
);
const PATHS = FILES.filter((path) => !FOLDERS.includes(path));

const name = fc.constantFrom(
  'a',
  'b',
  'c',
  'x',
  'y.o',
  'c.o',
  '*',
  '*.o',
  '?',
  '[ab]',
  '[!a]',
  '[a-c].o',
  '.*',
  'a\\ b',
  '\\#x',
  '\\!y',
  'a*',
  'X',
  '[x-z]',
  '[A-Z]',
  '[^a-c]*',
  '[]x[]*',
  '[a\\-c]',
  '[b-]*',
  '[!]a]',
  '[[:alpha:]]',
  '[[:digit:]x]',
  '\\[x\\]',
  '\\x',
  'x\\ ',
  '?\\ b',
  '[[]x]',
);
const segment = fc.oneof({ arbitrary: name, weight: 6 }, { arbitrary: fc.constant('**'), weight: 1 });
const line = fc
  .record({
    negative: fc.boolean(),
    anchored: fc.boolean(),
    segments: fc.array(segment, { minLength: 1, maxLength: 3 }),
    end: fc.constantFrom('', '', '/', ' ', '  ', '\t', '\r', '/ '),
  })
  .map(
    ({ negative, anchored, segments, end }) =>
      `${negative ? '!' : ''}${anchored ? '/' : ''}${segments.join('/')}${end}`,
  );
const text = fc.array(
  fc.oneof({ arbitrary: line, weight: 8 }, { arbitrary: fc.constantFrom('', '# c', '!'), weight: 1 }),
  { maxLength: 5 },
);
const ignoreFiles = fc.record({ '': text, a: text, 'a/b': text, b: text }, { requiredKeys: [''] });

test('decides as git check-ignore does, and for the same reason, whatever the rules and wherever they are (row 15)', (t) => {
  const root = temporaryFolder(t);
  const git = (args: string[], input?: string): string => {
    const env = { ...process.env, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', HOME: root };
    const { stdout, status, stderr } = spawnSync('git', args, { cwd: root, input, env, encoding: 'utf8' });
    assert.ok(status === 0 || status === 1, stderr);
    return stdout;
  };
  git(['init', '-q']);
  for (const folder of FOLDERS) mkdirSync(join(root, folder), { recursive: true });
  for (const path of PATHS) writeFileSync(join(root, path), '');
  fc.assert(
    fc.property(ignoreFiles, (files) => {
      const texts = new Map<string, string>();
      for (const folder of ['', ...FOLDERS]) rmSync(join(root, folder, '.gitignore'), { force: true });
      for (const [folder, lines] of Object.entries(files)) {
        const path = join(folder, '.gitignore');
        texts.set(path, lines.join('\n'));
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), lines.join('\n'));
      }
      const asked = [...PATHS, ...FOLDERS];
      const answer = git(['check-ignore', '--no-index', '-v', '-z', '--stdin'], asked.join('\0')).split('\0');
      const expected: string[] = [];
      for (let i = 0; i + 3 < answer.length; i += 4) {
        const [file, lineNumber, pattern, path] = answer.slice(i, i + 4);
        if (!pattern?.startsWith('!')) expected.push(`${path} because of ${file}:${lineNumber}`);
      }
      const rules = new IgnoreRules((path) => texts.get(path));
      const found: string[] = [];
      for (const path of asked) {
        const { ignored, rule } = rules.explain(path, FOLDERS.includes(path));
        assert.equal(rules.isIgnored(path, FOLDERS.includes(path)), ignored);
        if (ignored && rule && rule !== 'always') found.push(`${path} because of ${rule.file}:${rule.line}`);
      }
      assert.deepEqual(found, expected);
    }),
    { numRuns: 400 },
  );
});
