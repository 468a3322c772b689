import assert from 'node:assert/strict';
import { test } from 'node:test';
import { line } from '../../extension/cli/output/progressBar.ts';
import { formatBytes, formatDuration, formatTime, grouped, plural } from '../../extension/cli/output/format.ts';
import { Output } from '../../extension/cli/output/output.ts';
import { table } from '../../extension/cli/output/table.ts';
import { SynclineError } from '../../server/protocol/errors.ts';

class Text {
  text = '';
  write(text: string): void {
    this.text += text;
  }
}

function output(json: boolean, debug = false) {
  const [stdout, stderr] = [new Text(), new Text()];
  return { out: new Output({ stdout, stderr, json, debug, colors: false }), stdout, stderr };
}

test('bytes have three digits and a unit', () => {
  const bytes = [0, 1, 999, 1000, 1234, 12_345, 123_456, 999_949, 999_999, 1e9, 5.5e15, 1e18];
  assert.deepEqual(bytes.map(formatBytes), [
    '0 B',
    '1 B',
    '999 B',
    '1.00 KB',
    '1.23 KB',
    '12.3 KB',
    '123 KB',
    '1.00 MB',
    '1.00 MB',
    '1.00 GB',
    '5.50 PB',
    '1000 PB',
  ]);
});

test('durations are told in the unit that fits', () => {
  assert.deepEqual([0, 850.4, 1000, 59_949, 60_000, 245_000, 3_720_000].map(formatDuration), [
    '0 ms',
    '850 ms',
    '1.0 s',
    '59.9 s',
    '1 min 0 s',
    '4 min 5 s',
    '1 h 2 min',
  ]);
});

test('times are local and sort as text', () => {
  assert.equal(formatTime(new Date(2026, 0, 31, 12, 5, 9).getTime()), '2026-01-31 12:05:09');
  assert.equal(formatTime(Number.NaN), '—');
});

test('long numbers are told in groups of three digits', () => {
  assert.deepEqual([0, 999, 1000, 123_456, 1_234_567].map(grouped), ['0', '999', '1,000', '123,456', '1,234,567']);
});

test('counts agree with their noun', () => {
  assert.deepEqual(
    [plural(1, 'file'), plural(0, 'file'), plural(12_000, 'entry', 'entries')],
    ['1 file', '0 files', '12,000 entries'],
  );
});

test('columns are aligned, wide characters counted as two', () => {
  const lines = table(
    [{ title: 'NAME' }, { title: 'SIZE', align: 'right' }, { title: 'WHAT' }],
    [
      ['a', '5', 'x'],
      ['日本', '1234', ''],
    ],
  );
  assert.deepEqual(lines, ['NAME  SIZE  WHAT', 'a        5  x', '日本  1234']);
});

test('a bar tells share, bytes, rate and time left', () => {
  assert.equal(
    line('Uploading', 5_000_000, 20_000_000, 2000),
    'Uploading ██████░░░░░░░░░░░░░░░░░░ 25 %  5.00 MB of 20.0 MB  2.50 MB/s  6.0 s left',
  );
  assert.equal(line('Downloading', 1000, 0, 1000), 'Downloading  1.00 KB  1.00 KB/s');
  assert.match(line('Uploading', 30, 20, 1000), /100 %/, 'a file that grew does not break the bar');
});

test('an error is one line that says what to do, never a stack', () => {
  const { out, stderr, stdout } = output(false);
  out.error(new SynclineError('NotFound', 'There is nothing at “a”\non the server.'));
  out.error(new TypeError('x is not a function'));
  assert.equal(
    stderr.text,
    'Error: There is nothing at “a” on the server.\n' +
      'Error: Something went wrong inside: x is not a function. Set SYNCLINE_DEBUG=1 for the details.\n',
  );
  assert.equal(stdout.text, '');
});

test('in JSON mode an error is a line of JSON with its code', () => {
  const { out, stderr, stdout } = output(true);
  out.error(new SynclineError('InvalidParams', 'No number.', { data: { index: 2 } }));
  assert.deepEqual(JSON.parse(stdout.text), { event: 'error', code: 'InvalidParams', message: 'No number.', index: 2 });
  assert.equal(stderr.text, '');
});

test('whoever debugs gets the stack on stderr', () => {
  const { out, stderr } = output(true, true);
  out.error(new SynclineError('Internal', undefined, { cause: new Error('deep down') }));
  assert.match(stderr.text, /at .*\n[^]*Caused by: Error: deep down/);
});

test('in JSON mode nothing but JSON reaches stdout, and notes are left out', () => {
  const { out, stdout, stderr } = output(true);
  out.line('for a person');
  out.note('beside');
  out.result({ event: 'x' }, 'x');
  assert.equal(stdout.text, '{"event":"x"}\n');
  assert.equal(stderr.text, '');
});
