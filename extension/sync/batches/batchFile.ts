import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { operation } from '../../../server/protocol/messages/files.ts';
import type { ChangeBatch } from './changeBatches.ts';

const batches = v.array(
  v.strictObject({
    id: v.string(),
    from: v.number(),
    to: v.number(),
    steps: v.array(operation),
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

/** @throws what the file system throws; then the file is as it was */
export function writeBatches(file: string, all: readonly ChangeBatch[]): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, JSON.stringify(all), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
