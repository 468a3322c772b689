import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openFields, readTyped, typedText, valueText, withValue } from '../../../extension/vscode/jobs/jobForm.ts';
import type { Field } from '../../../server/protocol/messages/jobs.ts';

const field = (kind: Field['kind'], rest: Partial<Field> = {}): Field => ({
  name: kind,
  kind,
  required: false,
  description: '',
  ...rest,
});

test('what is typed into a field is read as what the field is', () => {
  for (const [kind, text, value] of [
    ['numbers', '1, 2.5', [1, 2.5]],
    ['values', 'b a', ['b', 'a']],
    ['values', '["new york","a, b"]', ['new york', 'a, b']],
    ['path', 'docs/a.txt', 'docs/a.txt'],
    ['integer', '7', 7],
    ['text', ';', ';'],
  ] as const)
    assert.deepEqual(readTyped(field(kind), text), { value });
});

test('what a field cannot hold is refused in words, before anything is sent', () => {
  const column = field('integer', { least: 1, most: 9 });
  for (const [which, text, fault] of [
    [field('numbers'), '1 two', /Value 2 \(“two”\) is not a number/],
    [field('values'), '[1,', /no JSON/],
    [field('path'), 'a/../b', /“\.\.”/],
    [column, '1.5', /whole number/],
    [column, '10', /from 1 to 9/],
    [field('text', { most: 2 }), 'abc', /up to 2 characters/],
  ] as const) {
    const read = readTyped(which, text);
    assert.match('fault' in read ? read.fault : 'taken', fault);
  }
});

test('a value is shown as one reads it, and offered again as one types it', () => {
  assert.equal(valueText(field('choice'), undefined), 'default');
  assert.equal(valueText(field('switch'), true), 'yes');
  assert.equal(valueText(field('values'), ['b', 'a']), 'b, a');
  assert.equal(valueText(field('values'), Array.from({ length: 1234 }, String)), '1,234 values');
  for (const values of [
    [3, 1, 2],
    ['b', 'a'],
    ['new york', 'paris'],
  ])
    assert.deepEqual(readTyped(field('values'), typedText(values)), { value: values });
  for (const values of [['a, b', 'c'], ['a; b', 'c'], ['1', '2'], [' x', 'y'], ['only one'], ['[x]']])
    assert.deepEqual(
      readTyped(field('values'), typedText(values)),
      { value: values },
      'also what separators would tear',
    );
});

test('what is required is asked for, and texts are compared as people read them unless told otherwise', () => {
  const fields = [field('values', { required: true }), field('choice', { name: 'collation' })];
  const [values] = openFields(fields, {});
  assert.deepEqual(openFields(fields, { values: [1] }), []);
  assert.ok(values);
  assert.deepEqual(withValue(fields, {}, values, [3, 1]), { values: [3, 1] });
  assert.deepEqual(withValue(fields, {}, values, ['b', 'a']), { values: ['b', 'a'], collation: 'natural' });
  assert.deepEqual(withValue(fields, { collation: 'locale' }, values, ['b']), { values: ['b'], collation: 'locale' });
});
