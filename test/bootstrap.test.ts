import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test, type TestContext } from 'node:test';

/** A checkout of one package, `a`, whose npm and whose build write down that they ran. */
class Checkout {
  readonly folder = mkdtempSync(join(tmpdir(), 'syncline-bootstrap-'));

  constructor(t: TestContext) {
    t.after(() => rmSync(this.folder, { recursive: true }));
    mkdirSync(join(this.folder, '.ci'));
    cpSync(join(import.meta.dirname, '../.ci/bootstrap.mjs'), join(this.folder, '.ci/bootstrap.mjs'));
    this.write('package-lock.json', lock('1.0.0'));
    this.write('node_modules/.package-lock.json', lock('1.0.0'));
    this.write('record.mjs', RECORD);
    this.write('esbuild.mjs', "import { record } from './record.mjs';\nawait record('build');\n");
    this.write(
      'npm-cli.js',
      `require('./record.mjs').record('npm ' + process.argv[2], ${JSON.stringify(lock('1.0.0'))});\n`,
    );
  }

  write(path: string, content: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), content);
  }

  /** What ran, in its order. */
  get journal(): string[] {
    const path = join(this.folder, 'journal');
    return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
  }

  spawn(...args: string[]): ChildProcess {
    const env = { ...process.env, npm_execpath: join(this.folder, 'npm-cli.js') };
    return spawn(process.execPath, [join(this.folder, '.ci/bootstrap.mjs'), ...args], {
      cwd: this.folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  async run(...args: string[]): Promise<{ status: number | null; said: string; errors: string }> {
    const child = this.spawn(...args);
    const ended = once(child, 'close') as Promise<[status: number | null]>;
    const [said, errors, [status]] = await Promise.all([text(child.stdout!), text(child.stderr!), ended]);
    return { status, said, errors };
  }
}

const ENDS_ON_REQUEST = `
process.on('SIGTERM', () => { console.log('ended'); process.exit(0); });
setInterval(() => {}, 1000);
console.log('ready');`;

/** Notes the beginning and the end of a piece of work that takes long enough for another to fall into it. */
const RECORD = `
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
export async function record(name, installed) {
  appendFileSync('journal', name + ' begins\\n');
  await new Promise((done) => setTimeout(done, 100));
  if (installed) { mkdirSync('node_modules', { recursive: true }); writeFileSync('node_modules/.package-lock.json', installed); }
  appendFileSync('journal', name + ' ends\\n');
}`;

function lock(version: string): string {
  return JSON.stringify({
    packages: { '': {}, 'node_modules/a': { version }, 'node_modules/b': { version, optional: true } },
  });
}

describe('the bootstrap', () => {
  test('runs the command with its arguments and takes over its exit status', async (t) => {
    const checkout = new Checkout(t);
    checkout.write('command.mjs', 'console.log(process.argv.slice(2).join("|"));\nprocess.exitCode = 7;\n');
    assert.deepEqual(await checkout.run('command.mjs', 'a b', '--build'), {
      status: 7,
      said: 'a b|--build\n',
      errors: '',
    });
    assert.deepEqual(checkout.journal, []);
  });

  test('hands a request to end on to the command and waits for it', async (t) => {
    const checkout = new Checkout(t);
    checkout.write('command.mjs', ENDS_ON_REQUEST);
    const child = checkout.spawn('command.mjs');
    let said = '';
    for await (const chunk of child.stdout!) {
      if (said === '') child.kill('SIGTERM');
      said += String(chunk);
    }
    assert.equal(said, 'ready\nended\n');
    assert.deepEqual(child.exitCode ?? (await once(child, 'close'))[0], 0);
  });

  test('ends the command when the shell that started it is gone', async (t) => {
    const checkout = new Checkout(t);
    checkout.write('command.mjs', ENDS_ON_REQUEST);
    const bootstrap = `'${process.execPath}' '${join(checkout.folder, '.ci/bootstrap.mjs')}' command.mjs; true`;
    const shell = spawn('sh', ['-c', bootstrap], { cwd: checkout.folder, stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    for await (const chunk of shell.stdout) {
      if (said === '') shell.kill('SIGKILL');
      said += String(chunk);
    }
    assert.equal(said, 'ready\nended\n');
  });

  for (const [title, installed] of [
    ['there are none', undefined],
    ['one has another version', lock('0.9.0')],
    ['one is missing', JSON.stringify({ packages: {} })],
  ] as const) {
    test(`installs the packages when ${title}`, async (t) => {
      const checkout = new Checkout(t);
      rmSync(join(checkout.folder, 'node_modules'), { recursive: true });
      if (installed !== undefined) checkout.write('node_modules/.package-lock.json', installed);
      const { status, said } = await checkout.run('--build');
      assert.equal(status, 0);
      assert.equal(said, 'Installing the packages of package-lock.json (npm ci)\n');
      assert.deepEqual(checkout.journal, ['npm ci begins', 'npm ci ends', 'build begins', 'build ends']);
    });
  }

  test('does not miss an optional package that this machine cannot use', async (t) => {
    const checkout = new Checkout(t);
    checkout.write(
      'node_modules/.package-lock.json',
      JSON.stringify({ packages: { 'node_modules/a': { version: '1.0.0' } } }),
    );
    assert.equal((await checkout.run('--build')).said, '');
  });

  test('installs once and builds one at a time when several start together', async (t) => {
    const checkout = new Checkout(t);
    rmSync(join(checkout.folder, 'node_modules'), { recursive: true });
    const results = await Promise.all([1, 2, 3].map(() => checkout.run('--build')));
    assert.deepEqual(
      results.map(({ status }) => status),
      [0, 0, 0],
    );
    const builds = Array.from({ length: 3 }, () => ['build begins', 'build ends']).flat();
    assert.deepEqual(checkout.journal, ['npm ci begins', 'npm ci ends', ...builds]);
  });

  test('takes over from a process that died in the middle', async (t) => {
    const checkout = new Checkout(t);
    const dead = spawn(process.execPath, ['-e', '']);
    await once(dead, 'close');
    checkout.write('.cache/build.lock/pid', String(dead.pid));
    assert.equal((await checkout.run('--build')).status, 0);
    assert.equal(existsSync(join(checkout.folder, '.cache/build.lock')), false);
  });

  test('says in one line that the build failed', async (t) => {
    const checkout = new Checkout(t);
    checkout.write('esbuild.mjs', 'process.exitCode = 3;\n');
    assert.deepEqual(await checkout.run('--build', 'command.mjs'), {
      status: 1,
      said: '',
      errors: 'Failed to build: status 3\n',
    });
  });
});
