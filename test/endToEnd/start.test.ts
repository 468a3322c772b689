import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test, type TestContext } from 'node:test';

const root = join(import.meta.dirname, '../..');

function start(t: TestContext, ...args: string[]): { readonly child: ChildProcess; readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'syncline-start-'));
  const child = spawn(process.execPath, [join(root, '.ci/start.ts'), '--dir', folder, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(async () => {
    if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'close');
    rmSync(folder, { recursive: true });
  });
  return { child, folder };
}

describe('npm start', () => {
  test('-- --check ends well when a changed file has arrived on the server', async (t) => {
    const { child, folder } = start(t, '--check');
    const ended = once(child, 'close') as Promise<[status: number | null]>;
    const [said, errors, [status]] = await Promise.all([text(child.stdout!), text(child.stderr!), ended]);
    assert.equal(errors, '');
    assert.equal(said, 'OK: the change of notes.txt has arrived on the server\n');
    assert.equal(status, 0);
    assert.match(readFileSync(join(folder, 'syncline-files/notes.txt'), 'utf8'), /^changed at /);
    assert.equal(readFileSync(join(folder, 'syncline-files/src/hello.js'), 'utf8').length > 0, true);
  });

  test('says what to do, and Ctrl-C ends everything with status 0', async (t) => {
    const { child } = start(t);
    let said = '';
    for await (const chunk of child.stdout!) {
      const isFirstTime = !said.includes('Ctrl-C ends it.');
      said += String(chunk);
      if (isFirstTime && said.includes('Ctrl-C ends it.')) child.kill('SIGINT');
    }
    const status = child.exitCode ?? ((await once(child, 'close')) as [number | null])[0];
    assert.equal(status, 0);
    assert.match(said, /in sync with ws:\/\/127\.0\.0\.1:\d+\/files\./);
    assert.match(said, /vscode:\/\/syncline\.syncline\/connect\?url=ws/);
  });

  test('says what is wrong when the server cannot start', async (t) => {
    const first = start(t);
    for await (const chunk of first.child.stdout!) if (String(chunk).includes('Ctrl-C ends it.')) break;
    const second = spawn(process.execPath, [join(root, '.ci/start.ts'), '--dir', first.folder, '--check']);
    const ended = once(second, 'close') as Promise<[status: number | null]>;
    const [errors, [status]] = await Promise.all([text(second.stderr), ended]);
    assert.equal(status, 1);
    assert.match(errors, /^\nThe server ended \(see .*server\.log\):/);
  });
});
