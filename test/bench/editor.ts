// `npm run bench:editor [-- --saves N --files N…]`: what the extension costs in the extension host of a real VS Code. Where the time
// of a save goes; then activation, the first plan, the first sync, how long the event loop was kept, and memory, once with 10,000
// files that all go up, once with 100,000 that the server has already. 0 leaves saves out.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheFolder, install, repositoryRoot } from '../vscode/support/installation.ts';
import { runExtensionHost } from '../vscode/support/runExtensionHost.ts';
import { plantFiles } from './plantFiles.ts';

const { values: flags } = parseArgs({
  options: { files: { type: 'string', multiple: true }, saves: { type: 'string', default: '200' } },
});

install();
if (flags.saves !== '0') await measure(`${flags.saves} saves`, 'saves', 1000, { SYNCLINE_MEASURE_SAVES: flags.saves });
for (const files of flags.files?.map(Number) ?? [10_000, 100_000])
  await measure(`${files.toLocaleString('en')} files`, 'editor', files);

/** Runs a suite in a workspace of so many files and prints the figures that it wrote down. */
async function measure(title: string, suite: string, files: number, environment = {}): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'syncline-editor-'));
  try {
    const [workspace, share, figures] = [join(home, 'work'), join(home, 'share'), join(home, 'figures.json')];
    plantFiles(workspace, files);
    // a hundred thousand files would take longer to send than anybody wants to wait for a figure
    if (files > 10_000) cpSync(workspace, share, { recursive: true });
    else mkdirSync(share);
    const outcome = await runExtensionHost({
      suites: [join(repositoryRoot, `test/vscode/measure/${suite}.suite.ts`)],
      extension: repositoryRoot,
      workspace,
      artifacts: join(cacheFolder, 'artifacts', 'measure'),
      environment: { ...environment, SYNCLINE_MEASURE_SHARE: share, SYNCLINE_MEASURE_FIGURES: figures },
      print: (line) => console.error(line),
    });
    if (outcome.reason !== undefined) console.error(outcome.reason);
    process.exitCode ||= outcome.passed === outcome.tests.length && outcome.passed > 0 ? 0 : 1;
    console.log(title);
    for (const [name, figure] of Object.entries(JSON.parse(readFileSync(figures, 'utf8')) as object))
      console.log(`  ${name}: ${JSON.stringify(figure)}`);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
