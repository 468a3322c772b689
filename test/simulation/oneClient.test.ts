import { test } from 'node:test';
import { requireHistories } from './simulation.ts';

for (const from of [1000, 1150])
  test(`one client, another program on the server, and hazards: histories from ${from}`, () =>
    requireHistories(from, 150, 1));
