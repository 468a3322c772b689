import { test } from 'node:test';
import { requireHistories } from './simulation.ts';

for (const from of [1000, 1150, 1300, 1450])
  test(`three clients, other programs on the server, and hazards: histories from ${from}`, () =>
    requireHistories(from, 150, 3));
