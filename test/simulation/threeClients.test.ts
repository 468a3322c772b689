import { test } from 'node:test';
import { requireHistories } from './simulation.ts';

for (const from of [1000, 1100, 1200, 1300])
  test(`three clients, other programs on the server, and hazards: histories from ${from}`, () =>
    requireHistories(from, 100, 3));
