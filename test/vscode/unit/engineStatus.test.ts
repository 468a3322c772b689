import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { engineStatus } from '../../../extension/vscode/targets/engineStatus.ts';

const lost = new SynclineError('ConnectionLost');
const waiting = { kind: 'waiting', attempt: 1, until: 0, error: lost } as const;

test('the state of the engine is what is shown', () => {
  assert.deepEqual(engineStatus({ kind: 'inSync', rev: 3 }, { kind: 'online' }), { kind: 'inSync' });
  assert.deepEqual(engineStatus({ kind: 'conflicts', count: 2, problems: 1 }, { kind: 'online' }), {
    kind: 'conflicts',
    count: 2,
  });
  const brake = { kind: 'emptied', side: 'remote', deletions: 9, of: 9, message: 'Empty now.' } as const;
  assert.deepEqual(engineStatus({ kind: 'stopped', brake }, { kind: 'online' }), {
    kind: 'stopped',
    message: 'Empty now.',
  });
});

test('without a connection it says why', () => {
  assert.deepEqual(engineStatus({ kind: 'offline' }, waiting), { kind: 'offline', message: lost.message, until: 0 });
  assert.deepEqual(engineStatus(undefined, { kind: 'connecting', attempt: 0 }), {
    kind: 'offline',
    message: 'connecting',
  });
  const refused = new SynclineError('Unauthorized');
  assert.deepEqual(engineStatus({ kind: 'offline' }, { kind: 'failed', error: refused }), {
    kind: 'failed',
    message: refused.message,
  });
});
