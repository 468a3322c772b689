// The harness itself: what it takes for a pass and what for a failure.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { before, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually } from './support/eventually.ts';
import { cacheFolder, install } from './support/installation.ts';
import { runExtensionHost } from './support/runExtensionHost.ts';

const selfTest = fileURLToPath(new URL('./support/selfTest', import.meta.url));

before(() => void install());

test('tells what passed and what failed in the extension host, in terms of the source', async (t) => {
  const { tests, reason } = await run(t, 'mixed');
  assert.equal(reason, undefined);
  assert.deepEqual(
    tests.map(({ name, error }) => `${error === undefined ? '✔' : '✖'} ${name}`),
    [
      '✔ the extension host › runs hooks and cleanups around each test',
      '✔ the extension host › has the extension under test',
      '✔ the extension host › saves a document only when told to',
      '✔ the extension host › sees what another program changes',
      '✖ failures › a wrong assertion',
      '✖ failures › a test that hangs',
      '✖ failures › a cleanup that throws',
      '✖ failures › in a hook › (before)',
    ],
  );
  assert.match(tests[4]?.error ?? '', /1 !== 2[\s\S]*selfTest\/mixed\.suite\.ts:\d+/);
  assert.match(tests[5]?.error ?? '', /not done after 50 ms/);
});

test('takes an extension host that dies in the middle for a failure', async (t) => {
  const { tests, reason } = await run(t, 'crashing');
  assert.deepEqual(tests, []);
  assert.match(reason ?? '', /^The extension host ended with code null, signal SIGKILL/);
});

test('ends what it started even when it is killed itself', async () => {
  const module = new URL('./support/processGroup.ts', import.meta.url).href;
  const program = `import { ProcessGroup } from '${module}';
    const group = new ProcessGroup('sh', ['-c', 'sleep 600 & echo $!; sleep 600'], process.env);
    group.child.stdout.pipe(process.stdout);`;
  const owner = spawn(process.execPath, ['--input-type=module-typescript', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(owner.stdout), 'line')) as [string];
  assert.ok(isAlive(Number(line)));
  owner.kill('SIGKILL');
  await eventually(() => !isAlive(Number(line)));
});

async function run(t: TestContext, suite: string) {
  const workspace = mkdtempSync(join(tmpdir(), 'syncline-harness-'));
  t.after(() => rmSync(workspace, { recursive: true }));
  return runExtensionHost({
    suites: [join(selfTest, `${suite}.suite.ts`)],
    extension: join(selfTest, 'extension'),
    workspace,
    artifacts: join(cacheFolder, 'artifacts', `harness-${suite}`),
  });
}

function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}
