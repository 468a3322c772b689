import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { GUARDS, withoutGuard } from './guards.ts';
import { testSourceOf } from './testSource.ts';

const root = resolve(import.meta.dirname, '../..');

test('every guard can still be taken away, by one edit in one place', () => {
  for (const guard of GUARDS) {
    const source = readFileSync(join(root, guard.file), 'utf8');
    assert.notEqual(withoutGuard(source, guard), source, guard.name);
  }
});

test('the tests that every guard names exist', () => {
  for (const { name, tests } of GUARDS) {
    assert.ok(tests.length > 0, name);
    for (const { file, title } of tests)
      assert.ok(testSourceOf(root, file).includes(title), `${name}: ${file}: ${title}`);
  }
});

test('every promise rests on guards that are taken away, and no guard stands twice', () => {
  assert.deepEqual(
    [...new Set(GUARDS.map(({ promise }) => promise))].sort((a, b) => a - b),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
  assert.equal(new Set(GUARDS.map(({ name }) => name)).size, GUARDS.length);
});
