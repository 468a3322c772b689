// The extension in the extension host of a real VS Code, with a real server. SYNCLINE_SUITES chooses suites by parts of
// their files' names, with commas between; SYNCLINE_VSCODE=desktop takes a desktop VS Code instead of the offline one.
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { cacheFolder, install, repositoryRoot } from './support/installation.ts';
import { testInExtensionHost } from './support/testInExtensionHost.ts';

test('in the extension host', async (t) => {
  const desktop = process.env['SYNCLINE_VSCODE'] === 'desktop';
  if (!desktop) install();
  const workspace = mkdtempSync(join(tmpdir(), 'syncline-workspace-'));
  t.after(() => rmSync(workspace, { recursive: true, force: true }));
  const chosen = (process.env['SYNCLINE_SUITES'] ?? '').split(',');
  const suites = globSync('*.suite.ts', { cwd: join(import.meta.dirname, 'suites') })
    .filter((name) => chosen.some((part) => name.includes(part)))
    .toSorted();
  await testInExtensionHost(t, {
    suites: suites.map((name) => join(import.meta.dirname, 'suites', name)),
    extension: repositoryRoot,
    workspace,
    artifacts: join(cacheFolder, 'artifacts', 'extensionHost'),
    desktop,
  });
});
