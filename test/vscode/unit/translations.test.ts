import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const textsOf = (path: string) => JSON.parse(read(path)) as Readonly<Record<string, string>>;
const english = textsOf('package.nls.json');
const languages = globSync('package.nls.*.json', { cwd: root });

/** What a text must have in common with its translation: links to commands, code, and what stands for an address. */
const fixed = (text: string): string[] =>
  [...text.matchAll(/\(command:[^)]+\)|wss?:\/\/\S+|`(?!Syncline:)[^`]+`/g)]
    .map(([part]) => part.replace(/[,.]$/, ''))
    .toSorted();

test('every text of the manifest has a key, and every key a text', () => {
  const used = new Set([...read('package.json').matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key ?? ''));
  assert.deepEqual(Object.keys(english).toSorted(), [...used].toSorted());
  const { contributes } = JSON.parse(read('package.json')) as {
    readonly contributes: Readonly<Record<string, unknown>>;
  };
  for (const key of ['title', 'description', 'markdownDescription', 'contents'])
    for (const [whole] of JSON.stringify([
      contributes['commands'],
      contributes['viewsWelcome'],
      contributes['walkthroughs'],
    ]).matchAll(new RegExp(`"${key}":"[^%][^"]*"`, 'g')))
      assert.fail(`${whole} is not translated`);
});

test('each language has all texts, with the same commands, code and addresses in them', () => {
  assert.ok(languages.includes('package.nls.de.json'));
  for (const path of languages) {
    const texts = textsOf(path);
    assert.deepEqual(Object.keys(texts), Object.keys(english), path);
    for (const [key, text] of Object.entries(texts)) {
      assert.notEqual(text.trim(), '', key);
      assert.deepEqual(fixed(text), fixed(english[key] ?? ''), `${path} ${key}`);
    }
  }
});
