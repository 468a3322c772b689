import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Job } from '../../../server/protocol/messages/jobs.ts';
import { jobLine, resultText, stateText } from '../../../extension/vscode/jobs/jobText.ts';
import { readRemembered, remember, type RememberedJob } from '../../../extension/vscode/jobs/rememberedJobs.ts';

const job = (over: Partial<Job>): Job => ({
  id: 'job-0001',
  operation: 'sort',
  state: 'running',
  progress: 0.256,
  createdAt: 0,
  startedAt: 0,
  endedAt: null,
  expiresAt: null,
  error: null,
  seq: 1,
  ...over,
});

test('a job is shown with its state and progress', () => {
  assert.deepEqual(jobLine(job({})), { label: 'sort job-0001', description: 'running, 25 %' });
  const error = { code: 'InvalidParams', message: 'Value 2 is no number.' } as const;
  assert.equal(stateText(job({ state: 'failed', error })), 'failed: Value 2 is no number.');
  assert.equal(stateText(job({ state: 'interrupted' })), 'interrupted by a restart of the server');
});

test('a result is shown as text: lists one value per line', () => {
  assert.equal(resultText({ result: [1, 'b', 3] }), '1\nb\n3');
  assert.equal(resultText({ result: '42' }), '42');
  assert.equal(resultText({ result: 42 }), '42');
  assert.equal(resultText({ lines: 3, path: 'x' }), '{\n  "lines": 3,\n  "path": "x"\n}');
});

test('the newest fifty jobs are remembered, each once', () => {
  let jobs: RememberedJob[] = [];
  for (let at = 0; at < 60; at++) jobs = remember(jobs, { id: `job-${at}`, operation: 'add', server: 'ws://h:1' });
  jobs = remember(jobs, { id: 'job-30', operation: 'add', server: 'ws://h:1' });
  assert.deepEqual([jobs.length, jobs[0]?.id, jobs[1]?.id], [50, 'job-30', 'job-59']);
  assert.equal(jobs.filter(({ id }) => id === 'job-30').length, 1);
});

test('what storage holds is read with care', () => {
  const good = { id: 'a', operation: 'add', server: 'ws://h:1' };
  assert.deepEqual(readRemembered([good, { id: 1 }, null, 'x']), [good]);
  assert.deepEqual(readRemembered({}), []);
});
