import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const MODULE = resolve(import.meta.dirname, '../../server/protocol/youngGeneration.ts');

const FAR = 48 * 1024 * 1024;
/** Many more than V8 needs to set that much aside. */
const TURNS = 3000;

/** Makes objects of which many live for a while, with a turn of the loop now and then; prints the most that was set aside for them. */
const PROGRAM = `
  import { limitYoungGeneration, youngGenerationBytes } from ${JSON.stringify(MODULE)};
  const [, how, turns] = process.argv;
  if (how === 'limited') limitYoungGeneration();
  const kept = [];
  let [most, turn] = [0, 0];
  for (; turn < turns && most < ${FAR}; turn++) {
    for (let i = 0; i < 5_000; i++) kept[(turn * 5_000 + i) % 300_000] = { i, list: [i] };
    most = Math.max(most, youngGenerationBytes());
    await new Promise(setImmediate);
  }
  console.log(most, turn);
`;

test('memory for new objects stops growing where it is enough, and the process ends as ever', async () => {
  const run = async (how: string, turns: number): Promise<[most: number, turns: number]> => {
    const args = ['--input-type=module', '-e', PROGRAM, how, `${turns}`];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return stdout.split(' ').map(Number) as [number, number];
  };
  const [grown, turns] = await run('unlimited', TURNS);
  assert.ok(grown >= FAR, 'the program gets more when nobody holds it back');
  const [held] = await run('limited', turns * 3);
  assert.ok(held < FAR);
});
