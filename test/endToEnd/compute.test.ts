import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type Ended, ServerProcess } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

async function setUp(t: TestContext) {
  const home = temporaryFolder(t);
  const server = await ServerProcess.start(t, home);
  const run = (...args: string[]): Promise<Ended> => server.cli(args);
  return { home, server, run };
}

function ok({ status, stdout, stderr }: Ended): string {
  assert.equal(status, 0, stderr + stdout);
  return stdout;
}

test('adds numbers on the call', async (t) => {
  const { run, server } = await setUp(t);
  assert.equal(ok(await run('add', '40', '2')), '42\n');
  assert.equal(ok(await run('add')), '0\n');
  assert.equal(ok(await run('add', '-5', '3')), '-2\n');
  assert.equal(ok(await run('add', '0.1', '0.2', '-0.3')), `${2.7755575615628914e-17}\n`);
  assert.equal(ok(await run('add', '123456789012345678901234567890', '1')), '123456789012345678901234567891\n');
  assert.deepEqual((await run('add', '40', '2', '--json')).lines, [{ result: 42 }]);
  const numbers = Array.from({ length: 50_000 }, (_, at) => at).join('\n');
  assert.equal(ok(await server.cli(['add', '--input', '-'], { input: numbers })), `${(49_999 * 50_000) / 2}\n`);
});

test('sorts numbers and texts on the call', async (t) => {
  const { home, run } = await setUp(t);
  assert.equal(ok(await run('sort', '10', '9', '-2', '2.5')), '-2 2.5 9 10\n');
  assert.equal(ok(await run('sort', 'pear', 'fig', 'apple', '--order', 'descending')), 'pear fig apple\n');
  assert.equal(ok(await run('sort', '--collation', 'natural', 'file10', 'file2')), 'file2 file10\n');
  assert.equal(ok(await run('sort', '--unique', '3', '1', '3')), '1 3\n');
  assert.deepEqual((await run('sort', '3', '1', '2', '--json')).lines, [{ result: [1, 2, 3] }]);
  writeFileSync(join(home, 'names.txt'), 'b b\r\na a\n');
  assert.equal(ok(await run('sort', '--input', 'names.txt', '--lines')), 'a a\nb b\n');
});

test('text where a number belongs is refused with its position, and the server lives on', async (t) => {
  const { run } = await setUp(t);
  const added = await run('add', '1', 'two', '3');
  assert.equal(added.status, 2);
  assert.match(added.stderr, /^Error: .*two.*\n$/);
  assert.match(added.stderr, /\b(1|second|2)\b/);
  const [line] = (await run('add', '1', 'two', '3', '--json')).lines;
  assert.equal(line?.['code'], 'InvalidParams');
  assert.equal(line?.['index'], 1);
  assert.equal((await run('sort', '3', 'apple', '1', '--json')).lines[0]?.['index'], 1);
  assert.equal((await run('add', '1', 'NaN')).status, 2);
  assert.equal(ok(await run('add', '40', '2')), '42\n');
});

test('work submitted as a job has an id by which others find the result later, also after restarts', async (t) => {
  const { server, run } = await setUp(t);
  const id = ok(await run('jobs', 'submit', 'add', '{"values":["40","2"]}')).trim();
  const [{ id: other } = {}] = (await run('jobs', 'submit', 'sort', '{"values":[3,1,2]}', '--json')).lines;
  assert.equal(ok(await run('jobs', 'result', id)), '42\n');
  assert.equal(ok(await run('jobs', 'result', String(other))), '1 2 3\n');
  assert.equal((await server.running.stop()).status, 0);
  await server.start();
  assert.equal(ok(await run('jobs', 'result', id)), '42\n');
  await server.running.stop('SIGKILL');
  await server.start();
  assert.deepEqual((await run('jobs', 'result', String(other), '--json')).lines, [{ id: other, result: [1, 2, 3] }]);
  assert.match(ok(await run('jobs', 'show', id)), /^state +succeeded$/m);
  const listed = (await run('jobs', 'list', '--json')).lines.map((job) => job['id']);
  assert.deepEqual(listed, [other, id], 'newest first');
  assert.match(ok(await run('jobs', 'list')), /^ID +OPERATION +STATE +DONE +SUBMITTED\n/);
  assert.equal(ok(await run('jobs', 'rm', id)), `${id}: forgotten\n`);
  const gone = await run('jobs', 'result', id);
  assert.equal(gone.status, 1);
  assert.match(gone.stderr, /no job with this id/);
});

test('a job that fails says why', async (t) => {
  const { run } = await setUp(t);
  const unknown = await run('jobs', 'submit', 'frobnicate', '{}');
  assert.equal(unknown.status, 2);
  assert.match(unknown.stderr, /no operation “frobnicate”; there are/);
  const refused = await run('jobs', 'submit', 'add', '{"values":["40","x"]}', '--wait', '--json');
  assert.equal(refused.status, 2);
  assert.equal(refused.lines.at(-1)?.['code'], 'InvalidParams');
  assert.equal(refused.lines.at(-1)?.['index'], 1);
  assert.equal((await run('jobs', 'show', 'not-an-id-of-a-job')).status, 1);
});

test('runs an ended job again by its id', async (t) => {
  const { run } = await setUp(t);
  const id = ok(await run('jobs', 'submit', 'sort', '{"values":[3,1,2]}')).trim();
  ok(await run('jobs', 'result', id));
  assert.equal(ok(await run('jobs', 'rerun', id, '--wait')).trim(), '1 2 3');
  const again = (await run('jobs', 'rerun', id, '--json')).lines.at(-1)?.['id'];
  assert.ok(typeof again === 'string' && again !== id);
});

test('one token does not see the jobs of another', async (t) => {
  const { server, run } = await setUp(t);
  const id = ok(await run('jobs', 'submit', 'add', '{"values":[1]}')).trim();
  const created = await run('token', 'create', 'other', '--dir', server.folder);
  const env = { SYNCLINE_TOKEN: ok(created).trim() };
  assert.equal((await server.cli(['jobs', 'list', '--json'], { env })).stdout, '');
  assert.equal((await server.cli(['jobs', 'result', id], { env })).status, 1);
});

test('says what can be submitted', async (t) => {
  const { run } = await setUp(t);
  const names = (await run('jobs', 'operations', '--json')).lines.map(({ name }) => name);
  assert.ok(names.includes('add') && names.includes('sort'));
  assert.match(ok(await run('jobs', 'operations')), /^add +also on the call +\S/m);
});
