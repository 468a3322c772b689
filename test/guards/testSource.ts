import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where the titles of a test file are written: in itself, or in a contract suite that it hands an implementation to. */
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
  return [source, ...[...suites, ...parts].map((path) => readFileSync(join(root, path), 'utf8'))]
    .join('\n')
    .replaceAll("\\'", "'");
}
