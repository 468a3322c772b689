import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMoment } from '../../../extension/connect/undo/readMoment.ts';

const MEANT: [string, object][] = [
  ['17', { rev: 17 }],
  ['0', { rev: 0 }],
  ['2026-11-25T14:03:20Z', { time: Date.UTC(2026, 10, 25, 14, 3, 20) }],
  ['2026-11-25T14:03:20+02:00', { time: Date.UTC(2026, 10, 25, 12, 3, 20) }],
  ['2026-11-25 14:03', { time: new Date(2026, 10, 25, 14, 3).getTime() }],
  ['2026-11-25', { time: new Date(2026, 10, 25).getTime() }],
  ['10m', { agoMs: 600_000 }],
  ['10 minutes ago', { agoMs: 600_000 }],
  ['1 hour', { agoMs: 3_600_000 }],
  ['2 days ago', { agoMs: 2 * 24 * 3_600_000 }],
  ['30s', { agoMs: 30_000 }],
];

for (const [text, moment] of MEANT)
  test(`“${text}” is a moment`, () => {
    assert.deepEqual(readMoment(text), moment);
  });

for (const text of ['', 'soon', '-5', '1.5', '25.11.2026', '10 parsecs ago', '2026-11-41'])
  test(`“${text}” is none`, () => {
    assert.equal(readMoment(text), null);
  });
