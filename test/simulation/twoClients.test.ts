import { test } from 'node:test';
import { requireHistories } from './simulation.ts';

for (const from of [1000, 1200, 1400, 1600])
  test(`two clients, other programs on the server, and hazards: histories from ${from}`, () =>
    requireHistories(from, 200, 2));
