// Texts that are made at run time: every one of them has its translation, and nothing is translated that is not there.
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { actionsFor } from '../../../extension/vscode/messages/errorActions.ts';
import { ERRORS, isErrorName } from '../../../server/protocol/errors.ts';

const root = join(import.meta.dirname, '../../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly l10n: string;
  readonly files: readonly string[];
};
const bundles = globSync('bundle.l10n.*.json', { cwd: join(root, manifest.l10n) });
// what language models are told is written in one language
const sources = globSync('extension/vscode/**/*.ts', { cwd: root, exclude: (path) => path.endsWith('tools') }).map(
  (path) => ({ path, text: readFileSync(join(root, path), 'utf8') }),
);

const LITERAL = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/;
const CALL = new RegExp(`l10n\\.t\\(\\s*(${LITERAL.source})?`, 'g');
const COUNT = /countText\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*?,\s*'(\w+)'(?:,\s*'(\w+)')?\)/g;
/** Places that translate what they are given: labels of buttons, sentences of the table of errors, and counted nouns. */
const DYNAMIC = [
  'extension/vscode/messages/messenger.ts',
  'extension/vscode/messages/errorText.ts',
  'extension/vscode/files/sizeText.ts',
];

/** The value of a literal as it stands in the source. */
function valueOf(literal: string): string {
  const inner = literal.slice(1, -1).replaceAll("\\'", "'");
  return JSON.parse(`"${literal.startsWith('"') ? inner : inner.replaceAll('"', '\\"')}"`) as string;
}

function textsOf({ path, text }: (typeof sources)[number]): string[] {
  return [...text.matchAll(CALL)].flatMap(([, literal]) => {
    if (literal !== undefined) return [valueOf(literal)];
    assert.ok(DYNAMIC.includes(path), `${path} translates something that is no literal`);
    return [];
  });
}

const nouns = sources.flatMap(({ text }) =>
  [...text.matchAll(COUNT)].flatMap(([, one = '', many = `${one}s`]) => [`{0} ${one}`, `{0} ${many}`]),
);
const actions = Object.keys(ERRORS)
  .filter(isErrorName)
  .flatMap((code) => actionsFor(code, true));
const sentences = Object.values(ERRORS).map(({ message }) => message);
const used = new Set([...sources.flatMap(textsOf), ...nouns, ...actions, ...sentences]);
const fixed = (text: string): string[] => [...text.matchAll(/\{\d\}|\$\([\w-]+\)/g)].map(([part]) => part).toSorted();

test('every text has its translation, with the same values and icons in it, and none is left over', () => {
  assert.ok(used.size > 500, `${used.size} texts`);
  assert.ok(bundles.includes('bundle.l10n.de.json'));
  for (const bundle of bundles) {
    const texts = JSON.parse(readFileSync(join(root, manifest.l10n, bundle), 'utf8')) as Record<string, string>;
    assert.deepEqual(Object.keys(texts).toSorted(), [...used].toSorted(), bundle);
    for (const [text, translated] of Object.entries(texts)) {
      assert.notEqual(translated.trim(), '', text);
      assert.deepEqual(fixed(translated), fixed(text), text);
    }
  }
});

test('what a person is asked or told directly is not left in one language', () => {
  const told =
    /(?:show(?:Information|Warning|Error)Message|messenger\.(?:inform|warn|report)|confirm|withProgress|setStatusBarMessage)\(\s*['"]|\b(?:title|placeHolder|placeholder|prompt|detail|tooltip|description): ['"][^'"]*[A-Za-z]{3}/g;
  for (const { path, text } of sources)
    for (const [found] of text.matchAll(told)) assert.equal(found, "title: 'Syncline", `${path}: ${found}`);
});

test('the translations are where the manifest says, and are packed', () => {
  assert.ok(existsSync(join(root, manifest.l10n)));
  assert.ok(manifest.files.includes(`${manifest.l10n.replace('./', '')}/*.json`));
});
