import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { operation, type Operation } from '../../../server/protocol/messages/files.ts';
import type { ChangeBatch } from './changeBatches.ts';

/** Checked one by one only when they are to be undone: an editor that starts does not wait for thousands of them. */
const step = v.custom<Operation>((value) => typeof value === 'object' && value !== null && 'kind' in value);

const batches = v.array(
  v.strictObject({
    id: v.string(),
    from: v.number(),
    to: v.number(),
    steps: v.array(step),
    isComplete: v.boolean(),
  }),
);

/** Batches that were kept before; none when nothing of use is there: what they tell is a convenience, the history is not. */
export function readBatches(file: string): readonly ChangeBatch[] {
  try {
    return v.parse(batches, JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return [];
  }
}

/** Whether the steps of a batch that was read are what such a file holds. */
export const areSteps = (steps: readonly unknown[]): boolean => steps.every((each) => v.is(operation, each));

/** @throws what the file system throws; then the file is as it was */
export function writeBatches(file: string, all: readonly ChangeBatch[]): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, JSON.stringify(all), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
