import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { operationFields } from '../../server/jobs/operationFields.ts';
import { OPERATIONS } from '../../server/jobs/operationRegistry.ts';
import type { Field } from '../../server/protocol/messages/jobs.ts';
import { count } from '../../server/protocol/messages/values.ts';

const line = ({ name, kind, required, choices, least, most }: Field): string =>
  [`${name}${required ? '' : '?'}: ${kind}`, choices?.join('|'), least, most]
    .filter((part) => part !== undefined)
    .join(' ');

test('the form of every operation is read from the schema that checks its parameters', () => {
  const forms = OPERATIONS.map(({ name, params }) => [name, ...operationFields(params).map(line)]);
  assert.deepEqual(forms, [
    ['add', 'values: numbers'],
    [
      'sort',
      'values: values',
      'order?: choice ascending|descending',
      'collation?: choice codepoint|natural|locale|numeric',
      'unique?: switch',
    ],
    [
      'sort-file',
      'share: share',
      'path: path',
      'to: path',
      'order?: choice ascending|descending',
      'collation?: choice codepoint|natural|locale|numeric',
      'unique?: switch',
      'column?: integer 1 10000',
      'delimiter?: text 1 16',
      'header?: switch',
    ],
  ]);
});

test('every field says what it is for', () => {
  for (const { name, params } of OPERATIONS)
    for (const field of operationFields(params)) assert.notEqual(field.description, '', `${name} ${field.name}`);
});

test('the narrowest bound counts, and a parameter that no form can show is refused', () => {
  const most = v.pipe(count, v.maxValue(9));
  assert.deepEqual(operationFields(v.strictObject({ most })).map(line), ['most: integer 0 9']);
  assert.throws(() => operationFields(v.strictObject({ any: v.unknown() })), /any is of a kind/);
});
