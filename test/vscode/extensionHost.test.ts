import assert from 'node:assert/strict';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { cacheFolder, install, repositoryRoot } from './support/installation.ts';
import { runExtensionHost } from './support/runExtensionHost.ts';

// SYNCLINE_SUITES chooses suites by a part of their file's name; SYNCLINE_VSCODE=desktop runs in a desktop VS Code.
test('the extension works in the extension host of a real VS Code', { timeout: 1_000_000 }, async (t) => {
  const desktop = process.env['SYNCLINE_VSCODE'] === 'desktop';
  if (!desktop) install();
  const workspace = mkdtempSync(join(tmpdir(), 'syncline-workspace-'));
  t.after(() => rmSync(workspace, { recursive: true, force: true }));
  const wanted = process.env['SYNCLINE_SUITES'] ?? '';
  const suites = globSync('*.suite.ts', { cwd: join(import.meta.dirname, 'suites') }).filter((name) =>
    name.includes(wanted),
  );
  const outcome = await runExtensionHost({
    suites: suites.toSorted().map((name) => join(import.meta.dirname, 'suites', name)),
    extension: repositoryRoot,
    workspace,
    artifacts: join(cacheFolder, 'artifacts', 'extensionHost'),
    desktop,
    only: process.env['SYNCLINE_ONLY'] ?? '',
    print: (line) => t.diagnostic(line),
  });
  assert.equal(outcome.reason, undefined);
  assert.equal(outcome.failed, 0, `${outcome.failed} tests failed; see the lines above`);
  assert.ok(outcome.passed > 0);
});
