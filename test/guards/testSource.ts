import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Where the titles of a test file are written: in itself, in a contract suite that it hands an implementation to, or in the names of
 * the files that it makes a test of each.
 */
export function testSourceOf(root: string, file: string): string {
  const source = readFileSync(join(root, file), 'utf8');
  const suites = [...source.matchAll(/from '(\.[^']*\/contract\/[^']+)'/g)].map(([, path = '']) =>
    join(dirname(file), path),
  );
  const parts = suites.flatMap((suite) =>
    [...readFileSync(join(root, suite), 'utf8').matchAll(/from '(\.\/[^']+)'/g)].map(([, path = '']) =>
      join(dirname(suite), path),
    ),
  );
  const named = [...source.matchAll(/globSync\(fileURLToPath\(new URL\('([^']+)'/g)].flatMap(([, pattern = '']) =>
    globSync(join(root, dirname(file), pattern)).map((path) => basename(path, '.json')),
  );
  return [source, ...named, ...[...suites, ...parts].map((path) => readFileSync(join(root, path), 'utf8'))]
    .join('\n')
    .replaceAll("\\'", "'");
}
