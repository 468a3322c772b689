import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { EmbeddedShare } from '../../server/store/embedded/embeddedShare.ts';
import { TestLog } from '../support/embeddedShare.ts';
import { fileEntry, ShareUser } from '../support/shareUser.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { harvest } from '../support/tree.ts';

const PROGRAM = join(import.meta.dirname, '../support/committingServer.ts');

/** Lets a server commit and kills it right after it has begun its n-th commit. Gives the commits that were answered. */
async function killDuring(directory: string, first: number, commits: number): Promise<number[]> {
  const child: ChildProcess = spawn(process.execPath, [PROGRAM, directory, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const died = once(child, 'exit');
  const answered: number[] = [];
  if (!child.stdout) throw new Error('the process has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const [what, round] = line.split(' ');
    if (what === 'done') answered.push(Number(round));
    else if (what !== 'begin') throw new Error(line);
    else if (Number(round) === first + commits) child.kill('SIGKILL');
  }
  await died;
  return answered;
}

test('a server that is killed while it commits keeps every answered commit, and no file in between', async (t) => {
  const directory = temporaryFolder(t);
  const all: number[] = [];
  for (const commits of [1, 2, 3, 2, 4]) {
    // numbers of commits that may not have happened are not used again
    const first = (all.at(-1) ?? 0) + 3;
    all.push(...(await killDuring(directory, first, commits)));
    const answered = all.at(-1) ?? 0;
    const share = await EmbeddedShare.open({ name: 'survivor', directory, log: new TestLog() });
    const user = new ShareUser(share);
    const tree = harvest(directory);
    const rounds = new Set<number>();
    for (const [path, text] of Object.entries(tree)) {
      if (text === null) continue;
      const [, file, round] = /^file (\d+) of round (\d+)\n/.exec(text) ?? [];
      assert.equal(text, `file ${file} of round ${round}\n`.repeat(20 + Number(file) * 40), `${path} is torn`);
      rounds.add(Number(round));
    }
    assert(Math.min(...rounds) >= answered, `commit ${answered} was answered, and is gone: ${[...rounds].join(' ')}`);
    assert.deepEqual(await user.tree(), tree);
    const { versions } = await share.history({ limit: 5000 });
    for (const { entry } of versions) if (entry.kind === 'file') await user.read(entry.content);
    const held = new Set(versions.map(({ entry }) => entry.kind === 'file' && entry.content));
    for (const round of all.slice(0, -1)) {
      const { content } = fileEntry(`file 7 of round ${round}\n`.repeat(300));
      assert(held.has(content), `file 7 of round ${round} is not in history`);
    }
    await share.close();
  }
});
