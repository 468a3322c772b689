import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mergeText, refusalText } from '../../../extension/sync/merge/mergeText.ts';
import { MOST_MERGED_BYTES } from '../../../extension/sync/merge/textForm.ts';

const bytes = (text: string, encoding: BufferEncoding = 'utf8'): Uint8Array => Buffer.from(text, encoding);

/** The result as text, or why there is none. Lines are written with `|` for a line feed, `\r|` stays visible as `~|`. */
function merge(base: string, mine: string, theirs: string): string {
  const read = (text: string): Uint8Array => bytes(text.replaceAll('~', '\r').replaceAll('|', '\n'));
  const outcome = mergeText(read(base), read(mine), read(theirs));
  if (outcome.kind !== 'merged') return refusalText(outcome) ?? '';
  return Buffer.from(outcome.bytes).toString().replaceAll('\r', '~').replaceAll('\n', '|');
}

const CASES: [title: string, base: string, mine: string, theirs: string, expected: string][] = [
  ['edits in different places', 'a|b|c|d|', 'A|b|c|d|', 'a|b|c|D|', 'A|b|c|D|'],
  ['insertions in different places', 'a|b|', '0|a|b|', 'a|b|2|', '0|a|b|2|'],
  ['a deletion and an edit elsewhere', 'a|b|c|d|', 'b|c|d|', 'a|b|c|D|', 'b|c|D|'],
  ['the same edit on both sides is one', 'a|b|c|d|e|', 'a|X|c|d|e|', 'a|X|c|d|E|', 'a|X|c|d|E|'],
  ['only one side edited', 'a|b|', 'a|b|', 'a|B|', 'a|B|'],
  ['a last line without an end', 'a|b|c', 'A|b|c', 'a|b|c', 'A|b|c'],
  ['an end that one side adds to the last line', 'a|b|c|d', 'a|b|c|d|', 'A|b|c|d', 'A|b|c|d|'],
  ['a side emptied, the other as it was', 'a|b|', '', 'a|b|', ''],
  ['line ends that are CRLF stay so', 'a~|b~|c~|', 'A~|b~|c~|', 'a~|b~|C~|', 'A~|b~|C~|'],
  ['line ends changed on one side, edits on the other', 'a|b|c|', 'a~|b~|c~|', 'a|b|C|', 'a~|b~|C~|'],
  ['line ends changed here and there alike', 'a~|b~|c~|', 'A|b|c|', 'a|b|C|', 'A|b|C|'],
  ['mixed line ends are lines like others', 'a~|b|c|d|', 'a~|B|c|d|', 'a~|b|c|D|', 'a~|B|c|D|'],
  ['the same line edited', 'a|b|c|', 'a|X|c|', 'a|Y|c|', 'the edits overlap: line 2 here and line 2 on the server'],
  [
    'lines next to each other, which git takes for an overlap as well',
    'a|b|c|d|',
    'a|X|c|d|',
    'a|b|Y|d|',
    'the edits overlap: lines 2–3 here and lines 2–3 on the server',
  ],
  [
    'one side deletes what the other edits',
    'a|b|c|',
    'a|c|',
    'a|Y|c|',
    'the edits overlap: what was deleted before line 2 here and line 2 on the server',
  ],
  [
    'mixed line ends against a changed end',
    'a~|b|',
    'a|b|',
    'a~|B|',
    'the edits overlap: lines 1–2 here and lines 1–2 on the server',
  ],
  ['no text', 'a\0|', 'a\0|b|', 'c\0|', 'it is no text in which lines could be told apart'],
];

for (const [title, base, mine, theirs, expected] of CASES)
  test(`merges by lines: ${title}`, () => assert.equal(merge(base, mine, theirs), expected));

test('keeps the bytes of every encoding, and refuses to mix two', () => {
  const base = bytes('eins\nzwei\ndrei\nvier\nfünf\n', 'latin1');
  const mine = bytes('EINS\nzwei\ndrei\nvier\nfünf\n', 'latin1');
  const theirs = bytes('eins\nzwei\ndrei\nvier\nfünf\nsöchs\n', 'latin1');
  const outcome = mergeText(base, mine, theirs);
  assert.ok(outcome.kind === 'merged');
  assert.equal(Buffer.from(outcome.bytes).toString('latin1'), 'EINS\nzwei\ndrei\nvier\nfünf\nsöchs\n');
  const plain = bytes('1\n2\n3\n4\n5\n');
  const mixed = mergeText(plain, bytes('1ü\n2\n3\n4\n5\n', 'latin1'), bytes('1\n2\n3\n4\n5ü\n', 'utf8'));
  assert.equal(refusalText(mixed), 'the two sides are in different encodings');
  const utf16 = mergeText(bytes('a\nb\n', 'utf16le'), bytes('A\nb\n', 'utf16le'), bytes('a\nB\n', 'utf16le'));
  assert.equal(utf16.kind, 'refused');
});

test('is bounded: by size, and by how often lines are the same', () => {
  const large = new Uint8Array(MOST_MERGED_BYTES + 1).fill(97);
  assert.equal(refusalText(mergeText(large, large, large)), 'only texts of up to 1 MB are merged');
  const same = bytes('\n'.repeat(100_000));
  const ends = bytes(`x\n${'\n'.repeat(2_000)}y\n`);
  const equal = bytes('\n'.repeat(2_000));
  assert.equal(refusalText(mergeText(equal, ends, equal)), 'too many of its lines are the same');
  const numbers = bytes(Array.from({ length: 30_000 }, (_, i) => `${i}\n`).join(''));
  assert.equal(refusalText(mergeText(numbers, bytes('other'), numbers)), 'too many of its lines differ');
  const many = Array.from({ length: 15_000 }, (_, i) => `line ${i}\n`);
  const edited = (at: number): Uint8Array => bytes(many.map((each, i) => (i % 100 === at ? 'x\n' : each)).join(''));
  assert.equal(mergeText(bytes(many.join('')), edited(3), edited(50)).kind, 'merged');
  assert.equal(
    mergeText(same, bytes(`x\n${'\n'.repeat(99_999)}`), same).kind,
    'merged',
    'what is equal is not compared',
  );
});

const line = fc.constantFrom('a', 'b', 'c', 'd', 'é', '').map((text) => `${text}\n`);
const text = fc.array(line, { maxLength: 12 }).map((lines) => lines.join(''));

test('one side alone wins, the order of the sides does not matter, and what both sides wrote is in the result', () => {
  fc.assert(
    fc.property(text, text, text, (base, mine, theirs) => {
      const [o, a, b] = [base, mine, theirs].map((each) => bytes(each)) as [Uint8Array, Uint8Array, Uint8Array];
      const read = (outcome: ReturnType<typeof mergeText>): string | null =>
        outcome.kind === 'merged' ? Buffer.from(outcome.bytes).toString() : null;
      assert.equal(read(mergeText(o, a, o)), mine);
      assert.equal(read(mergeText(o, o, b)), theirs);
      assert.equal(read(mergeText(o, a, a)), mine);
      const one = read(mergeText(o, a, b));
      assert.equal(one, read(mergeText(o, b, a)));
      if (one === null) return;
      const again = read(mergeText(o, bytes(one), b));
      assert.ok(again === one || again === null, 'merging what is merged changes nothing');
    }),
    { numRuns: 500 },
  );
});

test('edits in parts that lie apart always merge to both', () => {
  const part = fc.array(fc.constantFrom('x\n', 'y\n', 'z\n'), { maxLength: 5 });
  fc.assert(
    fc.property(part, part, part, part, (head, newHead, tail, newTail) => {
      const middle = Array.from({ length: 4 }, (_, i) => `fixed ${i}\n`);
      const join = (...parts: string[][]): Uint8Array => bytes(parts.flat().join(''));
      const outcome = mergeText(join(head, middle, tail), join(newHead, middle, tail), join(head, middle, newTail));
      assert.ok(outcome.kind === 'merged');
      assert.deepEqual(Buffer.from(outcome.bytes), Buffer.from(join(newHead, middle, newTail)));
    }),
  );
});
