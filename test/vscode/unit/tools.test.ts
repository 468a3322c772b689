// What language models may call, against a real server.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { RemoteFiles } from '../../../extension/connect/remoteFiles.ts';
import { JobClient } from '../../../extension/jobs/jobClient.ts';
import { lineDiff } from '../../../extension/vscode/tools/lineDiff.ts';
import { prepareTool } from '../../../extension/vscode/tools/prepareTool.ts';
import { runJob } from '../../../extension/vscode/tools/runJobTool.ts';
import { textOf, textPart } from '../../../extension/vscode/tools/textLines.ts';
import {
  MOST_TEXT,
  type Tool,
  TOOL_NAMES,
  type ToolName,
  type ToolWorld,
} from '../../../extension/vscode/tools/tool.ts';
import { toolTable } from '../../../extension/vscode/tools/tools.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';
import { plantTree } from '../../support/plantTree.ts';
import { startServer } from '../../support/serverProcess.ts';
import { SyncedFolder } from '../../support/syncedFolder.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { treeOf } from '../../support/treeNotation.ts';

interface Manifest {
  readonly contributes: {
    readonly languageModelTools: readonly {
      readonly name: string;
      readonly when: string;
      readonly modelDescription: string;
      readonly inputSchema: { readonly properties: object };
    }[];
  };
}

const { contributes } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as Manifest;
const WRITING: readonly ToolName[] = ['syncline_restore', 'syncline_run_job'];
const { signal } = new AbortController();

/** A world with one server and one synced folder, and calls of tools as an editor makes them. */
async function start(t: TestContext, tree: string) {
  const directory = temporaryFolder(t);
  plantTree(directory, treeOf(tree));
  const server = await startServer(t, { directory });
  const folder = new SyncedFolder(t, server);
  plantTree(folder.root, treeOf(''));
  await folder.sync();
  const refused: unknown[] = [];
  const files = new RemoteFiles(await folder.connection.client(), { share: 'files' });
  const world: ToolWorld = {
    place: async () => ({
      address: 'ws://test/files',
      files,
      jobs: new JobClient(folder.connection),
      mayRun: async (params) => void refused.push(params),
    }),
    folder: () => ({
      name: 'app',
      root: folder.root,
      address: 'ws://test/files',
      compare: async () => {
        const target = await folder.open();
        return target.compare({ local: 'everything', remote: 'everything' });
      },
    }),
  };
  const tools = toolTable(world);
  const call = (name: ToolName, input: object) => (tools[name] as Tool<unknown>).run(input, signal);
  const ask = (name: ToolName, input: object) => prepareTool(tools[name] as Tool<unknown>, input, signal);
  return { server, folder, files, world, call, ask, asked: refused };
}

test('the manifest describes every tool, and offers none where nothing may be connected to', () => {
  assert.deepEqual(
    contributes.languageModelTools.map(({ name }) => name),
    [...TOOL_NAMES],
  );
  for (const { when, name } of contributes.languageModelTools) assert.match(when, /isWorkspaceTrusted/, name);
});

test('exactly the tools that write or run ask a person, and their descriptions say so', () => {
  const tools = toolTable({} as ToolWorld);
  assert.deepEqual(
    TOOL_NAMES.filter((name) => tools[name].question),
    WRITING,
  );
  for (const { name, modelDescription } of contributes.languageModelTools)
    assert.match(modelDescription, WRITING.some((each) => each === name) ? /asked first/ : /Only reads/, name);
});

test('lists a folder, and a long one part by part', async (t) => {
  const many = Array.from({ length: 450 }, (_, at) => `many/f${String(at).padStart(3, '0')}=${at}`).join(' ');
  const { call } = await start(t, `a=1 docs/b=22 l->a ${many}`);
  assert.deepEqual((await call('syncline_list_files', {})).split('\n').slice(1), [
    'a (1 bytes)',
    'docs/',
    'l -> a',
    'many/',
  ]);
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const text = await call('syncline_list_files', { path: 'many', ...(after !== undefined && { after }) });
    seen.push(...text.split('\n').filter((line) => line.startsWith('f')));
    after = /after = (\S+)/.exec(text)?.[1];
  } while (after !== undefined);
  assert.equal(new Set(seen).size, 450);
});

test('reads text in parts, and neither other things nor anything outside', async (t) => {
  const { call, server, folder } = await start(t, 'a=one');
  const line = 'x'.repeat(99);
  const long = `${Array.from({ length: 1000 }, (_, at) => `${at} ${line}`).join('\n')}\n`;
  writeFileSync(join(server.directory, 'long'), long);
  writeFileSync(join(server.directory, 'binary'), Buffer.from([0, 1, 2, 255]));
  await folder.serverSees({ long });
  assert.equal(await call('syncline_read_file', { path: 'a' }), 'one\n');
  const first = await call('syncline_read_file', { path: 'long' });
  assert.ok(first.length < MOST_TEXT + 100, `${first.length}`);
  const next = Number(/fromLine = (\d+)/.exec(first)?.[1]);
  const second = await call('syncline_read_file', { path: 'long', fromLine: next });
  assert.equal(second.split('\n')[0], `${next - 1} ${line}`);
  await assert.rejects(call('syncline_read_file', { path: 'binary' }), { code: 'Unsupported' });
  await assert.rejects(call('syncline_read_file', { path: '../a' }), { code: 'IllegalPath' });
  await assert.rejects(call('syncline_read_file', { path: 'none' }), { code: 'NotFound' });
});

test('tells where the sides differ, and in which lines', async (t) => {
  const { call, folder } = await start(t, 'a=1 b=2');
  assert.match(await call('syncline_compare', {}), /agree/);
  writeFileSync(folder.at('a'), '1\nmore');
  writeFileSync(folder.at('new'), 'x');
  assert.equal(await call('syncline_compare', {}), 'a: different\nnew: only here');
  assert.equal(await call('syncline_compare', { path: 'b' }), '“b” is the same on both sides, or ignored.');
  assert.equal(await call('syncline_compare', { path: 'new' }), '“new” is only here.');
  assert.match(await call('syncline_compare', { path: 'a' }), /^“a”, from .*:\n@@ 2,0 → 2,1\n\+more\n$/);
});

test('restores what was, after a question that says what it would do, and says how to undo it', async (t) => {
  const { call, ask, folder, server, files } = await start(t, 'a=1');
  writeFileSync(folder.at('a'), 'two');
  await folder.sync();
  const versions = await call('syncline_list_versions', { path: 'a' });
  const rev = Number(/replaced in revision (\d+)/.exec(versions)?.[1]);
  const input = { path: 'a', asOf: `${rev - 1}` };
  const question = (await ask('syncline_restore', input)).confirmationMessages;
  assert.match(
    `${question?.title} ${question?.message}`,
    /Restore “a” on ws:\/\/test\/files .* 1 entry comes back as it was/,
  );
  assert.equal(readFileSync(join(server.directory, 'a'), 'utf8'), 'two', 'a question changes nothing');
  const told = await call('syncline_restore', input);
  assert.equal(readFileSync(join(server.directory, 'a'), 'utf8'), '1');
  const undo = /as of revision (\d+)\.$/.exec(told)?.[1];
  await call('syncline_restore', { path: 'a', asOf: `${undo}` });
  assert.equal(readFileSync(join(server.directory, 'a'), 'utf8'), 'two');
  await assert.rejects(call('syncline_restore', { path: 'a', asOf: 'whenever' }), { code: 'Usage' });
  assert.equal((await files.find(parseWirePath('a')))?.entry.kind, 'file');
});

test('a model cannot make a restore delete most of a folder', async (t) => {
  const { call, folder } = await start(t, 'd/first=1');
  const { rev } = await folder.sync();
  for (let at = 0; at < 40; at++) writeFileSync(folder.at(`d/${at}`), `${at}`);
  await folder.sync();
  await assert.rejects(call('syncline_restore', { path: 'd', asOf: `${rev}` }), { code: 'BrakeStopped' });
});

test('runs an operation after a question, and names those there are', async (t) => {
  const { call, ask, world, asked } = await start(t, '');
  const input = { operation: 'add', params: { values: ['40', '2'] } };
  assert.deepEqual(await ask('syncline_run_job', input), {
    invocationMessage: 'Running add on the server',
    confirmationMessages: { title: 'Run “add” on ws://test/files?', message: 'With {"values":["40","2"]}' },
  });
  assert.deepEqual(await ask('syncline_compare', {}), { invocationMessage: 'Comparing the folder with the server' });
  assert.match(await call('syncline_run_job', input), /42/);
  assert.deepEqual(asked, [input.params]);
  await assert.rejects(call('syncline_run_job', { operation: 'rm -rf', params: {} }), {
    code: 'UnknownOperation',
    message: /There are:\nadd: /,
  });
  await assert.rejects(call('syncline_run_job', { operation: 'add', params: { values: ['x'] } }), /x/);
  const many = { values: Array.from({ length: 100_000 }, (_, at) => `${(at * 7919) % 100_003}`) };
  assert.match(await runJob(world, 0).run({ operation: 'sort', params: many }, signal), /still running/);
});

test('line differences and parts of texts', () => {
  assert.equal(lineDiff('a\nb\nc', 'a\nB\nc'), '@@ 2,1 → 2,1\n-b\n+B');
  assert.equal(lineDiff('a', 'a'), '');
  assert.equal(lineDiff('', Array.from({ length: 6000 }, (_, at) => at).join('\n')), undefined);
  assert.deepEqual(textPart('1\n2\n3\n', 2, 3), { text: '2\n', next: 3, lines: 3 });
  assert.deepEqual(textPart('12345', 1, 3), { text: '123…\n', next: undefined, lines: 1 });
  assert.throws(() => textOf(Uint8Array.of(255, 254, 0)), { code: 'Unsupported' });
});
