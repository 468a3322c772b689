import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('../', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');
const at = (path: string): URL => new URL(path, root);

test('what README links to and shows is there', () => {
  const paths = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path]) => path ?? '');
  assert.ok(paths.length > 20);
  assert.deepEqual(
    paths.filter((path) => !existsSync(at(path))),
    [],
  );
});

test('every claim about ourselves beside other tools has a test', () => {
  const table = readme.slice(readme.indexOf('## Beside other tools'), readme.indexOf('## Read on'));
  const rows = table
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| |') && !line.startsWith('| *'));
  assert.ok(rows.length > 15);
  const claims = rows.filter((row) => row.split('|')[2]?.trim() !== 'no');
  assert.deepEqual(
    claims.filter((row) => !/\]\(test\/[^)]+\.ts\)/.test(row.split('|').at(-2) ?? '')),
    [],
  );
});

test('the references of the table lead somewhere, and are used', () => {
  const used = new Set([...readme.matchAll(/ \[(\d+)\]/g)].map(([, number]) => number));
  const defined = new Set([...readme.matchAll(/^\[(\d+)\]: https:/gm)].map(([, number]) => number));
  assert.deepEqual(used, defined);
});

test('pictures of the marketplace page are small', () => {
  for (const [, path = ''] of readme.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g))
    assert.ok(statSync(at(path)).size <= 400_000, path);
});
