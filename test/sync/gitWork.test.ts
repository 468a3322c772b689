import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isGitAtWork } from '../../extension/sync/gitWork.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

function repository(t: TestContext) {
  const root = temporaryFolder(t);
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    });
  const commit = (text: string): void => {
    writeFileSync(join(root, 'a'), text);
    git('add', 'a');
    git('commit', '-qm', text);
  };
  git('init', '-q', '-b', 'main');
  commit('one');
  return { root, git, commit };
}

test('git is at work while it holds the lock of its index, also for a folder inside of the repository', (t) => {
  const { root } = repository(t);
  const inside = join(root, 'packages/app');
  mkdirSync(inside, { recursive: true });
  assert.deepEqual([isGitAtWork(root), isGitAtWork(inside)], [false, false]);
  writeFileSync(join(root, '.git/index.lock'), '');
  assert.deepEqual([isGitAtWork(root), isGitAtWork(inside)], [true, true]);
  rmSync(join(root, '.git/index.lock'));
  assert.equal(isGitAtWork(inside), false);
});

test('git is at work while a rebase is under way', (t) => {
  const { root, git, commit } = repository(t);
  git('checkout', '-qb', 'topic');
  commit('topic');
  git('checkout', '-q', 'main');
  commit('two');
  assert.throws(() => git('rebase', 'main', 'topic'), 'it stops at the conflict');
  assert.equal(isGitAtWork(root), true);
  git('rebase', '--abort');
  assert.equal(isGitAtWork(root), false);
});

test('a worktree has its own lock', (t) => {
  const { root, git } = repository(t);
  const worktree = join(temporaryFolder(t), 'other');
  git('worktree', 'add', '-q', worktree, '-b', 'other');
  writeFileSync(join(root, '.git/index.lock'), '');
  assert.equal(isGitAtWork(worktree), false);
  writeFileSync(join(root, '.git/worktrees/other/index.lock'), '');
  assert.equal(isGitAtWork(worktree), true);
});

test('a folder without git, and one whose .git leads nowhere, are never held back', (t) => {
  const root = temporaryFolder(t);
  mkdirSync(join(root, 'sub'));
  writeFileSync(join(root, 'sub/.git'), 'gitdir: ../nowhere\n');
  assert.equal(isGitAtWork(join(root, 'sub')), false);
});
