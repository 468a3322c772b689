import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';

const root = join(import.meta.dirname, '..');

/** Each breaks one rule at one place; the rule is what .oxlintrc.json holds. */
const BAD: readonly [title: string, path: string, rule: string, source: string][] = [
  [
    'the engine imports vscode',
    'extension/sync/a.ts',
    'no-restricted-imports',
    "import type { Uri } from 'vscode';\nexport type A = Uri;",
  ],
  [
    'the command line imports vscode',
    'extension/cli/b.ts',
    'no-restricted-imports',
    "import type { Uri } from 'vscode';\nexport type B = Uri;",
  ],
  [
    'the server imports vscode',
    'server/store/c.ts',
    'no-restricted-imports',
    "import type { Uri } from 'vscode';\nexport type C = Uri;",
  ],
  [
    'a unit test imports vscode',
    'test/d.ts',
    'no-restricted-imports',
    "import type { Uri } from 'vscode';\nexport type D = Uri;",
  ],
  [
    'the engine imports the store',
    'extension/sync/e.ts',
    'no-restricted-imports',
    "export { share } from '../../server/store/share.ts';",
  ],
  [
    'the extension imports the store',
    'extension/vscode/f.ts',
    'no-restricted-imports',
    "export { share } from '../../server/store/share.ts';",
  ],
  [
    'the command line imports a handler',
    'extension/cli/g.ts',
    'no-restricted-imports',
    "import type { share } from '../../server/store/share.ts';\nexport type G = typeof share;",
  ],
  [
    'the engine imports the command line',
    'extension/sync/h.ts',
    'no-restricted-imports',
    "export { ok } from '../cli/ok.ts';",
  ],
  [
    'the server imports the client',
    'server/session/i.ts',
    'no-restricted-imports',
    "export { ok } from '../../extension/cli/ok.ts';",
  ],
  [
    'the contract imports the store',
    'server/protocol/j.ts',
    'no-restricted-imports',
    "export { share } from '../store/share.ts';",
  ],
  [
    'a folder of the contract imports the store',
    'server/protocol/disk/k.ts',
    'no-restricted-imports',
    "export { share } from '../../store/share.ts';",
  ],
  [
    'a promise is forgotten',
    'server/store/l.ts',
    'no-floating-promises',
    "import { rm } from 'node:fs/promises';\nexport function l(): void {\n  rm('x');\n}",
  ],
  [
    'a promise is taken for a condition',
    'server/store/m.ts',
    'no-misused-promises',
    "import { access } from 'node:fs/promises';\nexport const m = access('x') ? 1 : 2;",
  ],
  ['the server prints to its wire', 'server/store/n.ts', 'no-console', "console.log('x');\nexport const n = 1;"],
  ['the engine prints to a terminal', 'extension/sync/o.ts', 'no-console', "console.error('x');\nexport const o = 1;"],
  [
    'a case is missing',
    'extension/sync/p.ts',
    'switch-exhaustiveness-check',
    "export function p(x: 'a' | 'b'): number {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 0;\n}",
  ],
  [
    'something unknown is trusted',
    'extension/sync/q.ts',
    'no-unsafe-return',
    'export function q(text: string): string {\n  return JSON.parse(text);\n}',
  ],
  [
    'something is left for later',
    'extension/sync/r.ts',
    'no-warning-comments',
    '// TODO: the rest\nexport const r = 1;',
  ],
  [
    'an error loses its cause',
    'server/store/s.ts',
    'preserve-caught-error',
    'export function s(f: () => void): void {\n  try {\n    f();\n  } catch (error) {\n    throw new Error(`Failed: ${String(error)}`);\n  }\n}',
  ],
  [
    'a failure is swallowed',
    'server/store/t.ts',
    'no-empty',
    'export function t(f: () => void): void {\n  try {\n    f();\n  } catch {}\n}',
  ],
];

const GOOD: readonly [path: string, source: string][] = [
  ['server/protocol/names.ts', 'export const names = 1;'],
  ['server/protocol/jobs/names.ts', "export { names } from '../names.ts';"],
  ['server/store/share.ts', "export { names as share } from '../protocol/names.ts';"],
  ['extension/sync/good.ts', "export { names } from '../../server/protocol/names.ts';"],
  ['extension/cli/ok.ts', "export { names as ok } from '../sync/good.ts';"],
  ['extension/cli/output.ts', "console.log('for a person');\nexport const output = 1;"],
  ['extension/vscode/view.ts', "import type { Uri } from 'vscode';\nexport type View = Uri;"],
  ['test/good.test.ts', "import { test } from 'node:test';\ntest('x', () => {});"],
];

interface Finding {
  readonly filename: string;
  readonly code: string;
}

describe('the linter refuses a source in which', () => {
  const folder = mkdtempSync(join(tmpdir(), 'syncline-lint-'));
  let findings: readonly Finding[] = [];

  before(() => {
    for (const name of ['.oxlintrc.json', 'tsconfig.json', 'package.json'])
      cpSync(join(root, name), join(folder, name));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    for (const [path, source] of [...GOOD, ...BAD.map(([, path, , source]) => [path, source] as const)]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), `${source}\n`);
    }
    const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');
    const { stdout } = spawnSync(process.execPath, [oxlint, '--format', 'json'], { cwd: folder, encoding: 'utf8' });
    findings = (JSON.parse(stdout) as { diagnostics: Finding[] }).diagnostics;
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [title, path, rule] of BAD) {
    test(title, () => {
      const codes = findings.filter(({ filename }) => filename === path).map(({ code }) => code);
      assert.deepEqual(
        codes.map((code) => code.replace(/^.*\((.*)\)$/, '$1')),
        [rule],
      );
    });
  }

  test('nothing, when the source keeps the rules', () => {
    const good = GOOD.map(([path]) => path);
    assert.deepEqual(
      findings.filter(({ filename }) => good.includes(filename)),
      [],
    );
  });
});
