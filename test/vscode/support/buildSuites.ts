import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Bundles suite files (absolute paths, run in this order) for the extension host and returns the path to hand to VS
 * Code as `extensionTestsPath`. Files and npm packages are bundled; `vscode` and Node's own modules are not.
 */
export async function buildSuites(suites: readonly string[], folder: string): Promise<string> {
  const run = fileURLToPath(new URL('./extensionHost/run.ts', import.meta.url));
  await build({
    stdin: {
      contents: [
        ...suites.map((suite) => `import ${JSON.stringify(suite)};`),
        `export { run } from ${JSON.stringify(run)};`,
      ].join('\n'),
      resolveDir: dirname(run),
      sourcefile: 'suites.ts',
      loader: 'ts',
    },
    outfile: join(folder, 'suites.cjs'),
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    external: ['vscode'],
    sourcemap: true,
    logLevel: 'warning',
  });
  // Source maps count only for what is loaded after they are switched on.
  const entry = join(folder, 'index.cjs');
  writeFileSync(entry, "process.setSourceMapsEnabled(true);\nmodule.exports = require('./suites.cjs');\n");
  return entry;
}
