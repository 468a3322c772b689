import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { borderViolation, importsOf } from './support/borders.ts';

const root = join(import.meta.dirname, '..');

interface Metafile {
  readonly inputs: Record<string, { readonly bytes: number }>;
  readonly outputs: Record<
    string,
    { readonly imports: readonly { readonly path: string; readonly external?: boolean }[] }
  >;
}

describe('what may import what', () => {
  const rules: readonly [from: string, to: string, allowed: boolean][] = [
    ['extension/vscode/extension.ts', 'vscode', true],
    ['test/vscode/suite/tree.ts', 'vscode', true],
    ['extension/sync/engine.ts', 'vscode', false],
    ['extension/cli/main.ts', 'vscode', false],
    ['server/main.ts', 'vscode', false],
    ['extension/sync/engine.ts', 'server/protocol/errors.ts', true],
    ['extension/sync/engine.ts', 'server/store/share.ts', false],
    ['extension/cli/commands/serve.ts', 'server/main.ts', false],
    ['extension/sync/engine.ts', 'extension/vscode/status/bar.ts', false],
    ['extension/connect/link.ts', 'extension/cli/main.ts', false],
    ['server/main.ts', 'extension/connect/target.ts', false],
    ['server/handlers/files.ts', 'server/protocol/errors.ts', true],
    ['server/protocol/disk/walk.ts', 'server/protocol/errors.ts', true],
    ['server/protocol/errors.ts', 'server/store/share.ts', false],
    ['server/protocol/errors.ts', 'valibot', true],
    ['server/store/share.ts', 'test/support/clock.ts', false],
  ];
  for (const [from, to, allowed] of rules) {
    test(`${from} ${allowed ? 'may' : 'may not'} import ${to}`, () => {
      assert.equal(borderViolation(from, to) === undefined, allowed);
    });
  }

  test('every form of import is seen', () => {
    const source = [
      "import { a } from './a.ts';",
      "import type { B } from '../b.ts';",
      "import {\n  c,\n  type D,\n} from '../../server/store/c.ts';",
      "export { e } from './e.ts';",
      "import './f.ts';",
      "const g = await import('./g.ts');",
      "let h: import('vscode').Uri;",
      "const i = require('node:fs');",
    ].join('\n');
    assert.deepEqual(importsOf('extension/sync/x.ts', source), [
      'extension/sync/a.ts',
      'extension/b.ts',
      'server/store/c.ts',
      'extension/sync/e.ts',
      'extension/sync/f.ts',
      'extension/sync/g.ts',
      'vscode',
      'node:fs',
    ]);
  });

  test('no source breaks a border, not even with a type', () => {
    const files = globSync('{extension,server,test}/**/*.ts', { cwd: root, exclude: ['**/fixtures/**'] });
    const broken = files
      .map((file) => file.replaceAll('\\', '/'))
      .filter((file) => file !== 'test/borders.test.ts')
      .flatMap((file) =>
        importsOf(file, readFileSync(join(root, file), 'utf8')).map((to) => ({
          file,
          to,
          why: borderViolation(file, to),
        })),
      )
      .filter(({ why }) => why !== undefined);
    assert.deepEqual(broken, []);
  });
});

describe('what is in a bundle', () => {
  const programs: readonly [name: string, externals: readonly string[], absent: RegExp][] = [
    ['extension.cjs', ['vscode'], /^(server\/(?!protocol\/)|extension\/cli\/|test\/|\.ci\/)/],
    ['cli.cjs', [], /^(?!extension\/cli\/(launcher|stateHome)\.ts$)/],
    ['syncline.cjs', [], /^(server\/(?!protocol\/)|extension\/vscode\/|test\/|\.ci\/)/],
    ['server.cjs', [], /^(extension\/|test\/|\.ci\/)/],
  ];
  for (const [name, externals, absent] of programs) {
    const path = join(root, 'dist/meta', `${name}.json`);
    test(`${name} holds only what its side may know, and needs nothing but Node${externals.map((e) => ` and ${e}`).join('')}`, () => {
      assert.ok(existsSync(path), `${path} is missing: npm run build`);
      const { inputs, outputs } = JSON.parse(readFileSync(path, 'utf8')) as Metafile;
      assert.deepEqual(
        Object.keys(inputs).filter((input) => absent.test(input)),
        [],
      );
      assert.deepEqual(
        Object.keys(inputs).filter((input) => input.endsWith('.node')),
        [],
      );
      const external = Object.values(outputs)
        .flatMap(({ imports }) => imports.filter((each) => each.external).map((each) => each.path))
        .filter((each) => !isBuiltIn(each));
      assert.deepEqual([...new Set(external)], externals);
    });
  }
});

function isBuiltIn(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier);
}
