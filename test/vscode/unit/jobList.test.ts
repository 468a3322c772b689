import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shownOrder, withJobs } from '../../../extension/vscode/jobs/jobList.ts';
import type { Job, JobState } from '../../../server/protocol/messages/jobs.ts';

const job = (id: string, state: JobState, createdAt: number, seq = 1): Job => ({
  id,
  operation: 'sort',
  state,
  progress: 0,
  createdAt,
  startedAt: null,
  endedAt: null,
  expiresAt: null,
  error: null,
  seq,
});

test('what runs stands above what has ended, the newest first', () => {
  const jobs = withJobs(new Map(), [
    job('old', 'succeeded', 1),
    job('long', 'running', 2),
    job('new', 'failed', 3),
    job('next', 'queued', 4),
  ]);
  assert.deepEqual(
    shownOrder(jobs).map(({ id }) => id),
    ['next', 'long', 'new', 'old'],
  );
});

test('an old word about a job does not replace a newer one, in whatever order they come', () => {
  const late = withJobs(withJobs(new Map(), [job('a', 'succeeded', 1, 9)]), [job('a', 'running', 1, 5)]);
  assert.equal(late.get('a')?.state, 'succeeded');
  assert.equal(withJobs(late, [job('a', 'failed', 1, 10)]).get('a')?.state, 'failed');
});
