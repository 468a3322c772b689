import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { testSourceOf } from './guards/testSource.ts';

const root = resolve(import.meta.dirname, '..');
const text = readFileSync(join(root, 'GUARANTEES.md'), 'utf8');
const flat = text.replaceAll(/\s+/g, ' ');
const named = [...flat.matchAll(/`(test\/[^`]+\.test\.ts)` › “([^”]+)”/g)].map(([, file = '', title = '']) => ({
  file,
  title,
}));

test('every test that GUARANTEES.md names exists, by file and title', () => {
  assert.ok(named.length >= 60, `${named.length}`);
  for (const { file, title } of named) assert.ok(testSourceOf(root, file).includes(title), `${file}: ${title}`);
  assert.equal(named.length, flat.split(' › ').length - 1, 'each is written in the form that is checked');
});

test('every source that GUARANTEES.md names exists', () => {
  const sources = [...flat.matchAll(/`((?:server|extension|test)\/[^`]+)`/g)].map(([, path = '']) => path);
  for (const path of sources) assert.ok(existsSync(join(root, path)), path);
});

test('each of the ten promises names its proof and its limits', () => {
  const promises = text.split(/^## (?=\d+\. )/m).slice(1);
  assert.equal(promises.length, 10);
  for (const [index, promise] of promises.entries()) {
    assert.ok(promise.startsWith(`${index + 1}. `));
    for (const part of ['*How:*', '*Proof:*', '*Limits:*']) assert.ok(promise.includes(part), `${index + 1} ${part}`);
  }
});

test('each of the twenty rows has a test that carries its number', () => {
  const rows = [...text.matchAll(/^\| (\d+) \|.*$/gm)];
  assert.deepEqual(
    rows.map(([, row]) => Number(row)),
    Array.from({ length: 20 }, (_, i) => i + 1),
  );
  for (const [line, row] of rows) {
    const titles = named.filter(({ title }) => line.includes(title)).map(({ title }) => title);
    assert.ok(titles.length > 0, line);
    for (const title of titles) assert.match(title, new RegExp(`\\brow ${row}\\b`), line);
  }
});
