// `npm start`: the main job on a sample. A server on its defaults, a workspace in continuous sync with it, and what to do next.
//
//   npm start                  runs until Ctrl-C
//   npm start -- --vscode      opens VS Code on the workspace as well
//   npm start -- --check       edits a file, waits until it has arrived on the server, and ends
//   npm start -- --dir DIR     keeps everything in DIR instead of .cache/demo

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { desktopCommand, openEditor } from './openEditor.ts';
import { Program, type ProgramEvent } from './program.ts';

const PORT = 4848;
const METRICS_PORT = 4849;
const SAMPLE: Readonly<Record<string, string>> = {
  'notes.txt': 'Change this file, save it, and look at the same file on the server.\n',
  'src/hello.js': "console.log('hello from the other side');\n",
  'data/numbers.txt': '40\n2\n',
};

const { values: flags } = parseArgs({
  options: { vscode: { type: 'boolean' }, check: { type: 'boolean' }, dir: { type: 'string' } },
});
const root = resolve(import.meta.dirname, '..');
const home = resolve(flags.dir ?? join(root, '.cache/demo'));
const workspace = join(home, 'workspace');
const served = join(home, 'syncline-files');
const cli = join(root, 'dist/cli.cjs');
/** What has to be stopped, in the order of its start. */
const running: { stop(): Promise<void> }[] = [];

const interrupted = new Promise<'interrupted'>((done) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => done('interrupted'));
});

try {
  await Promise.race([main(), interrupted]);
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  console.error(`\nTo start afresh, delete ${shown(home)} and run this again.`);
  process.exitCode = 1;
} finally {
  for (const each of running.toReversed()) await each.stop();
}

async function main(): Promise<void> {
  makeSample();
  const server = start('server', [
    'serve',
    '--listen',
    await freeAddress(PORT),
    '--metrics',
    await freeAddress(METRICS_PORT),
    '--token-file',
    'token',
    '--json',
  ]);
  const listening = await server.waitFor('listening', ({ event }) => event === 'listening');
  const target = `${text(listening, 'url')}/${text(listening, 'share')}`;
  const sync = start('sync', ['sync', workspace, target, '--watch', '--json', '--token-file', 'token']);
  await sync.waitFor('idle', ({ event }) => event === 'idle');
  if (flags.check) return checkArrival(sync);
  tellWhatToDo(target, text(listening, 'connect'));
  if (flags.vscode) {
    const editor = await openEditor(root, workspace, target, join(home, 'vscode'));
    running.push(editor);
    console.log(editor.where);
  }
  sync.onEvent(tell);
  await Promise.race(
    [server, sync].map(async (program) => {
      await program.ended;
      throw program.failure('ended');
    }),
  );
}

function start(name: string, args: readonly string[]): Program {
  const program = new Program(name, [cli, ...args], { cwd: home, logFile: join(home, `${name}.log`) });
  running.push(program);
  return program;
}

/** Files of an earlier run stay as they were left. */
function makeSample(): void {
  if (existsSync(workspace)) return;
  for (const [name, content] of Object.entries(SAMPLE)) {
    mkdirSync(dirname(join(workspace, name)), { recursive: true });
    writeFileSync(join(workspace, name), content);
  }
}

async function checkArrival(sync: Program): Promise<void> {
  const content = `changed at ${new Date().toISOString()}\n`;
  const arrived = sync.waitFor('the change of notes.txt', () => read(join(served, 'notes.txt')) === content);
  writeFileSync(join(workspace, 'notes.txt'), content);
  await arrived;
  console.log('OK: the change of notes.txt has arrived on the server');
}

function tellWhatToDo(target: string, connectLink: string): void {
  const desktop = desktopCommand(root, workspace);
  const lines = [
    '',
    `Syncline keeps ${shown(workspace)} in sync with ${target}.`,
    '',
    `  Change a file     ${shown(join(workspace, 'notes.txt'))}`,
    `  see it arrive     ${shown(join(served, 'notes.txt'))}   (the other way works as well)`,
    flags.vscode
      ? undefined
      : `  open VS Code      ${desktop ? desktop.join(' ') : 'npm start -- --vscode   (no desktop VS Code here: in the browser)'}`,
    `  or connect yours  ${connectLink}`,
    `  token             ${shown(join(home, 'token'))}`,
    '',
    'Ctrl-C ends it.',
    '',
  ];
  console.log(lines.filter((line) => line !== undefined).join('\n'));
}

function tell(event: ProgramEvent): void {
  if (event.event !== 'idle') console.log(JSON.stringify(event));
}

/** The usual port when nobody has it, so that a connection made once in VS Code keeps working. */
function freeAddress(usualPort: number): Promise<string> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', () => done('127.0.0.1:0'));
    probe.listen(usualPort, '127.0.0.1', () => probe.close(() => done(`127.0.0.1:${usualPort}`)));
  });
}

function text(event: ProgramEvent, field: string): string {
  const value = event[field];
  if (typeof value !== 'string') throw new Error(`The server's "${event.event}" line has no ${field}`);
  return value;
}

function read(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}
