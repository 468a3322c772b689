import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type * as v from 'valibot';
import fc from 'fast-check';
import { lineOrder } from '../../server/jobs/operations/lines/lineOrder.ts';
import { readLines } from '../../server/jobs/operations/lines/lineReader.ts';
import { sortLines } from '../../server/jobs/operations/lines/sortLines.ts';
import { contentIdOf } from '../../server/protocol/contentId.ts';
import type { sortFileParams } from '../../server/protocol/messages/compute.ts';
import { isSynclineError } from '../support/errors.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

type Options = Partial<Omit<v.InferOutput<typeof sortFileParams>, 'share' | 'path' | 'to'>> & { runBytes?: number };

const folders = new WeakMap<TestContext, { folder: string; count: number }>();

function sorted(t: TestContext, input: string | Uint8Array, options: Options = {}): Buffer {
  const own = folders.get(t) ?? { folder: temporaryFolder(t), count: 0 };
  folders.set(t, own);
  const scratch = join(own.folder, String(++own.count));
  mkdirSync(scratch);
  const files = { input: join(scratch, 'input'), output: join(scratch, 'output'), scratch };
  writeFileSync(files.input, input);
  const { unique = false, header = false, runBytes } = options;
  const size = Buffer.byteLength(input);
  const work = { order: lineOrder(options), unique, header, size, ...(runBytes !== undefined && { runBytes }) };
  const outcome = sortLines(files, work, () => {});
  const output = readFileSync(files.output);
  const lines = output.filter((byte) => byte === 10).length;
  assert.deepEqual(outcome, { content: contentIdOf(output), size: output.length, lines });
  return output;
}

const text = (t: TestContext, input: string, options?: Options): string => sorted(t, input, options).toString();

test('sorts lines by code point, and gives the last one its line end', (t) => {
  assert.equal(text(t, 'b\nB\n\u{1f600}\n\uff01\na'), 'B\na\nb\n\uff01\n\u{1f600}\n');
  assert.equal(text(t, ''), '');
  assert.equal(text(t, '\n\na\n'), '\n\na\n');
  assert.equal(text(t, 'b\r\na\r\n'), 'a\r\nb\r\n');
});

test('sorts in the order that was asked for', (t) => {
  assert.equal(text(t, 'file10\nfile2\n', { collation: 'natural' }), 'file2\nfile10\n');
  assert.equal(text(t, 'zoo\nété\nB\na\n', { collation: 'locale' }), 'a\nB\nété\nzoo\n');
  assert.equal(text(t, '10\n9\n1e3\n-.5\n', { collation: 'numeric' }), '-.5\n9\n10\n1e3\n');
  assert.equal(text(t, '1\n3\n2\n', { order: 'descending' }), '3\n2\n1\n');
  assert.equal(text(t, '2\n1\n2\n1\n', { unique: true }), '1\n2\n');
});

test('sorts by a column, keeps the order of lines that are equal there, and leaves a header where it is', (t) => {
  const table = 'name\tsize\nb\t10\na\t9\nc\t10\n';
  const byNumber = { column: 2, collation: 'numeric' as const, header: true };
  assert.equal(text(t, table, byNumber), 'name\tsize\na\t9\nb\t10\nc\t10\n');
  assert.equal(text(t, table, { ...byNumber, order: 'descending' }), 'name\tsize\nb\t10\nc\t10\na\t9\n');
  assert.equal(text(t, table, { ...byNumber, unique: true }), 'name\tsize\na\t9\nb\t10\n');
  assert.equal(text(t, 'x; b\ny; a\nz\n', { column: 2, delimiter: '; ' }), 'z\ny; a\nx; b\n');
  assert.equal(text(t, '1ä2\n0ä1\n', { column: 2, delimiter: 'ä' }), '0ä1\n1ä2\n');
});

test('a line that is no number is refused by its position', (t) => {
  const refused = (input: string, index: number): void =>
    assert.throws(
      () => text(t, input, { collation: 'numeric' }),
      isSynclineError('InvalidParams', { data: { index } }),
    );
  refused('1\nx\n', 1);
  refused('1\n\n2\n', 1);
});

test('what does not fit into memory is sorted in runs, stably, whatever the bytes', (t) => {
  const line = fc.uint8Array({ maxLength: 6 }).map((bytes) => bytes.filter((byte) => byte !== 10));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 300 }), fc.boolean(), (lines, descending) => {
      const input = Buffer.concat(lines.flatMap((each) => [Buffer.from(each), Buffer.from('\n')]));
      // by the first column alone, so that lines with equal keys differ
      const options: Options = { column: 1, delimiter: ' ', order: descending ? 'descending' : 'ascending' };
      assert.deepEqual(sorted(t, input, { ...options, runBytes: 100 }), sorted(t, input, options));
    }),
    { numRuns: 60 },
  );
});

test('many runs are merged in several passes, and none is left behind', (t) => {
  const numbers = Array.from({ length: 20_000 }, (_, at) => (at * 7919) % 20_000);
  const expected = numbers.toSorted((a, b) => a - b).map((each) => `${each}\n`);
  const options: Options = { collation: 'numeric', runBytes: 15_000 };
  assert.equal(text(t, numbers.map((each) => `${each}\n`).join(''), options), expected.join(''));
  const scratch = join(folders.get(t)?.folder ?? '', '1');
  assert.ok(readdirSync(scratch).length <= 2 + 64, 'runs of earlier passes are still there');
});

test('lines are put together over the blocks in which they are read', (t) => {
  const file = join(temporaryFolder(t), 'file');
  writeFileSync(file, 'one\ntwo and more\n\nlast');
  assert.deepEqual([...readLines(file, 4)], ['one', 'two and more', '', 'last']);
});
