import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const MODULE = resolve(import.meta.dirname, '../../server/protocol/youngGeneration.ts');

/** Makes many objects that live for a while, with a turn of the loop now and then; prints the most that was set aside for them. */
const PROGRAM = `
  import { limitYoungGeneration, youngGenerationBytes } from ${JSON.stringify(MODULE)};
  if (process.argv[1] === 'limited') limitYoungGeneration();
  const kept = [];
  let most = 0;
  for (let turn = 0; turn < 250; turn++) {
    for (let i = 0; i < 10_000; i++) kept[(turn * 10_000 + i) % 200_000] = { i, list: [i] };
    most = Math.max(most, youngGenerationBytes());
    await new Promise(setImmediate);
  }
  console.log(most);
`;

test('memory for new objects stops growing where it is enough, and the process ends as ever', async () => {
  const most = async (how: string): Promise<number> => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', PROGRAM, how]);
    return Number(stdout) / 1024 / 1024;
  };
  assert.ok((await most('unlimited')) > 48, 'the program needs more when nobody holds it back');
  assert.ok((await most('limited')) < 48);
});
