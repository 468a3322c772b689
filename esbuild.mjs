// @ts-check
// Builds the three programs (the command line as a launcher and the program itself): `node esbuild.mjs [--production] [--watch]`.
//
// Every bundle is one self-contained CommonJS file for Node 22.15 or newer; the metafiles in dist/meta/ list what went
// into each, which is what test/borders.test.ts looks at. Files are replaced by rename and only when their bytes changed,
// so a running editor or a second build never sees half a file.
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, context } from 'esbuild';

const { values: flags } = parseArgs({
  options: { production: { type: 'boolean', default: false }, watch: { type: 'boolean', default: false } },
});

/** What the two programs of the command line begin with; the directive holds only as the first statement. */
const NODE_CHECK = `#!/usr/bin/env node\n'use strict';\n${await readFile('.ci/nodeCheck.cjs', 'utf8')}`;

const PROGRAMS = [
  { entry: 'extension/vscode/extension.ts', out: 'dist/extension.cjs', external: ['vscode'], banner: '' },
  { entry: 'extension/cli/launcher.ts', out: 'dist/cli.cjs', external: [], banner: NODE_CHECK },
  { entry: 'extension/cli/main.ts', out: 'dist/syncline.cjs', external: [], banner: '' },
  { entry: 'server/main.ts', out: 'dist/server.cjs', external: [], banner: NODE_CHECK },
];

/**
 * Parts of Node that few commands need, and of which each takes milliseconds to load: they are when something of them is used
 * first, by whomever.
 */
const LATE = ['child_process', 'fs/promises', 'https', 'readline', 'readline/promises', 'tls', 'zlib'];

/** @type {import('esbuild').Plugin} */
const late = {
  name: 'late',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^(node:)?(${LATE.join('|')})$`) }, ({ path, namespace }) =>
      namespace === 'late' ? undefined : { path: path.replace(/^node:/, ''), namespace: 'late' },
    );
    build.onLoad({ filter: /.*/, namespace: 'late' }, ({ path }) => {
      const names = Object.keys(process.getBuiltinModule(path) ?? {}).filter((name) => /^[a-zA-Z]\w*$/.test(name));
      const members = names.map((name) => `get ${name}() { return require('node:${path}').${name}; }`);
      return { contents: `module.exports = { ${members.join(', ')} };`, loader: 'js' };
    });
  },
};

/** @param {typeof PROGRAMS[number]} program @returns {import('esbuild').BuildOptions} */
function options({ entry, out, external, banner }) {
  return {
    entryPoints: [entry],
    outfile: out,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22.15',
    external,
    define: {
      // ws uses two native add-ons when they happen to be installed; a bundle stands on its own
      'process.env.WS_NO_BUFFER_UTIL': '"1"',
      'process.env.WS_NO_UTF_8_VALIDATE': '"1"',
      // in a bundle, where a module is means where the bundle is
      'import.meta.filename': '__filename',
      'import.meta.dirname': '__dirname',
    },
    banner: { js: banner },
    minify: flags.production,
    sourcemap: flags.production ? 'external' : 'linked',
    metafile: true,
    write: false,
    logLevel: 'warning',
    plugins: [
      ...(out === 'dist/syncline.cjs' ? [late] : []),
      { name: 'write', setup: (build) => build.onEnd((result) => publish(out, result)) },
    ],
  };
}

/** @param {string} out @param {import('esbuild').BuildResult} result */
async function publish(out, result) {
  if (result.errors.length > 0) return;
  for (const file of result.outputFiles ?? []) await replace(file.path, file.contents);
  await chmod(out, 0o755);
  const meta = join('dist/meta', `${basename(out)}.json`);
  await replace(meta, new TextEncoder().encode(JSON.stringify(result.metafile)));
  console.log(
    `${out}  ${Math.ceil((result.outputFiles?.find((f) => f.path.endsWith('.cjs'))?.contents.length ?? 0) / 1024)} KiB`,
  );
}

/** @param {string} path @param {Uint8Array} bytes */
async function replace(path, bytes) {
  if (existsSync(path) && (await readFile(path)).equals(bytes)) return;
  await mkdir(dirname(path), { recursive: true });
  const staged = `${path}.${process.pid}`;
  await writeFile(staged, bytes);
  await rename(staged, path);
}

if (flags.watch) {
  for (const program of PROGRAMS) await (await context(options(program))).watch();
} else {
  const results = await Promise.allSettled(PROGRAMS.map((program) => build(options(program))));
  if (results.some(({ status }) => status === 'rejected')) process.exitCode = 1;
}
