// What VS Code calls in the extension host: runs the suites of this bundle and leaves their results on disk.
import { renameSync, writeFileSync } from 'node:fs';
import { environment } from './environment.ts';
import { REPORT_MARK } from './results.ts';
import { runSuites } from './suite.ts';

export async function run(): Promise<void> {
  const results = await runSuites((line) => console.log(REPORT_MARK + line), environment.only);
  writeFileSync(`${environment.resultsFile}.new`, JSON.stringify(results, null, 2));
  renameSync(`${environment.resultsFile}.new`, environment.resultsFile);
  if (results.failed > 0) throw new Error(`${results.failed} of ${results.tests.length} tests failed`);
}
