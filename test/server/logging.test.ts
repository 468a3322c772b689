import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logTo } from '../../server/logging.ts';
import { SynclineError } from '../../server/protocol/errors.ts';
import { newToken } from '../../server/session/tokenStore.ts';

function linesOf(write: (log: ReturnType<typeof logTo>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  write(logTo({ write: (line) => void lines.push(line) }, 'info'));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('a line is one JSON object with level, time and text', () => {
  const [line] = linesOf((log) => log.info({ from: '192.0.2.1' }, 'hello'));
  assert.deepEqual([line?.['level'], line?.['msg'], line?.['from']], ['info', 'hello', '192.0.2.1']);
  assert.match(String(line?.['time']), /^\d{4}-\d\d-\d\dT/);
  assert.deepEqual(
    linesOf((log) => log.debug({}, 'detail')),
    [],
  );
});

test('tokens are blotted out wherever they stand', () => {
  const token = newToken();
  const lines = linesOf((log) => {
    log.warn({ token }, 'a field');
    log.warn({ params: { token: 'a-token-of-my-own' } }, 'a field inside');
    log.warn({ url: `ws://host/?t=${token}` }, `in text ${token}`);
    log.warn({ error: new Error(`in an error ${token}`) }, 'failed');
  });
  assert.equal(lines.length, 4);
  assert.ok(!JSON.stringify(lines).includes(token) && !JSON.stringify(lines).includes('a-token-of-my-own'));
});

test('an error comes with its code, its stack and its cause', () => {
  const error = new SynclineError('DiskFull', 'Failed to write.', { cause: new Error('ENOSPC at /var') });
  const [line] = linesOf((log) => log.error({ error }, 'commit failed'));
  const shown = line?.['error'] as { code: string; stack: string; cause: { message: string } };
  assert.deepEqual([shown.code, shown.cause.message], ['DiskFull', 'ENOSPC at /var']);
  assert.match(shown.stack, /logging\.test\.ts/);
});
