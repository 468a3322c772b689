import { closeSync, ftruncateSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CLI, Running, ServerProcess } from '../support/programs.ts';
import { measureClients } from './manyClients.ts';
import { ProcessMeter, type Usage, usageOf } from './processMeter.ts';

/** How much of everything; 0 leaves it out. */
export interface ScaleOptions {
  /** In a tree of folders with a hundred each. */
  readonly files: number;
  /** In one folder. */
  readonly entries: number;
  /** Connected at the same time. */
  readonly clients: number;
  /** Of one file. */
  readonly gibibytes: number;
}

/** One step at one size. */
export interface ScaleRow {
  readonly what: string;
  readonly size: number;
  readonly step: string;
  /** Milliseconds. */
  readonly ms: number;
  readonly client?: Usage;
  readonly server: Usage;
}

const PER_FOLDER = 100;
const CHUNK = 1024 * 1024;

/**
 * How time and memory grow: each step at half the size and at the whole. On Linux alone, because memory is read from `/proc`.
 * `told` is called with each row as soon as there is one.
 */
export async function measureScale(home: string, options: ScaleOptions, told: (row: ScaleRow) => void): Promise<void> {
  for (const files of halves(options.files)) await measureTree(join(home, `tree ${files}`), files, told);
  for (const entries of halves(options.entries)) await measureFolder(join(home, `folder ${entries}`), entries, told);
  for (const clients of halves(options.clients)) await measureClients(join(home, `clients ${clients}`), clients, told);
  for (const size of halves(options.gibibytes)) await measureLargeFile(join(home, `file ${size}`), size, told);
}

const halves = (size: number): number[] => (size === 0 ? [] : [size / 2, size]);

/** A server, a folder beside it, and the command that syncs them. */
class Scene {
  readonly local: string;
  readonly server: ServerProcess;
  readonly #told: (row: ScaleRow) => void;
  readonly #what: string;
  readonly #size: number;
  #cpu = 0;

  private constructor(home: string, server: ServerProcess, what: string, size: number, told: (row: ScaleRow) => void) {
    this.local = join(home, 'local');
    this.server = server;
    this.#what = what;
    this.#size = size;
    this.#told = told;
    mkdirSync(this.local);
  }

  static async in(
    home: string,
    [what, size]: readonly [string, number],
    told: (row: ScaleRow) => void,
    work: (scene: Scene) => Promise<void>,
  ): Promise<void> {
    mkdirSync(home, { recursive: true });
    const server = await ServerProcess.start({ after: () => {} }, home);
    try {
      await work(new Scene(home, server, what, size, told));
    } finally {
      await server.running.stop();
      rmSync(home, { recursive: true, force: true });
    }
  }

  sync(step: string): Promise<void> {
    return this.run(step, ['sync', this.local, `${this.server.url}/files`, '--mode', 'push', '--json']);
  }

  async run(step: string, args: readonly string[]): Promise<void> {
    const begun = performance.now();
    const running = new Running(CLI, args, { env: this.server.env() });
    const meter = new ProcessMeter(running.child.pid ?? 0);
    const { status, stderr } = await running.ended;
    const client = meter.stop();
    if (status !== 0) throw new Error(`${step}: ${stderr}`);
    this.tell(step, performance.now() - begun, client);
  }

  tell(step: string, ms: number, client?: Usage): void {
    const { cpu, peakMb } = usageOf(this.server.running.child.pid ?? 0) ?? { cpu: 0, peakMb: 0 };
    this.#told({
      what: this.#what,
      size: this.#size,
      step,
      ms,
      ...(client && { client }),
      server: { cpu: cpu - this.#cpu, peakMb },
    });
    this.#cpu = cpu;
  }

  /** A start with everything as it was, until the first question is answered. */
  async restart(): Promise<void> {
    await this.server.running.stop();
    const begun = performance.now();
    await this.server.start();
    this.#cpu = 0;
    const ended = await new Running(CLI, ['ls', '--json'], { env: this.server.env() }).ended;
    if (ended.status !== 0) throw new Error(ended.stderr);
    this.tell('start of the server', performance.now() - begun);
  }
}

function measureTree(home: string, files: number, told: (row: ScaleRow) => void): Promise<void> {
  return Scene.in(home, ['files', files], told, async (scene) => {
    const folderOf = (n: number): string =>
      join(scene.local, `${Math.floor(n / 10_000)}`, `${Math.floor(n / PER_FOLDER)}`);
    for (let n = 0; n < files; n++) {
      if (n % PER_FOLDER === 0) mkdirSync(folderOf(n), { recursive: true });
      writeFileSync(join(folderOf(n), `file-${n}.txt`), `This is file number ${n}.\n`);
    }
    await scene.sync('first sync');
    await scene.sync('nothing to do');
    writeFileSync(join(folderOf(0), 'file-0.txt'), 'changed\n');
    await scene.sync('one file changed');
    renameSync(join(scene.local, '0'), join(scene.local, 'renamed'));
    await scene.sync('10,000 files in a renamed folder');
    await scene.restart();
  });
}

function measureFolder(home: string, entries: number, told: (row: ScaleRow) => void): Promise<void> {
  return Scene.in(home, ['entries of one folder', entries], told, async (scene) => {
    for (let n = 0; n < entries; n++) writeFileSync(join(scene.local, `entry-${n}`), `${n}\n`);
    await scene.sync('first sync');
    await scene.sync('nothing to do');
    writeFileSync(join(scene.local, 'entry-7'), 'changed\n');
    await scene.sync('one file changed');
    await scene.run('ls', ['ls', '--json']);
    for (let n = 0; n < entries; n += 2) rmSync(join(scene.local, `entry-${n}`));
    await scene.run('half of them deleted', [
      'sync',
      scene.local,
      `${scene.server.url}/files`,
      '--mode',
      'mirror',
      '--yes',
      '--json',
    ]);
  });
}

function measureLargeFile(home: string, gibibytes: number, told: (row: ScaleRow) => void): Promise<void> {
  return Scene.in(home, ['GiB in one file', gibibytes], told, async (scene) => {
    const path = join(scene.local, 'large.bin');
    const file = openSync(path, 'w');
    const bytes = Buffer.alloc(CHUNK);
    for (let n = 0; n < gibibytes * 1024; n++) {
      // another chunk each time, at the cost of four of its bytes
      for (let at = 0; at < CHUNK; at += CHUNK / 4) bytes.writeUInt32LE(Math.imul(n + at + 1, 0x9e3779b1) >>> 0, at);
      writeSync(file, bytes);
    }
    closeSync(file);
    await scene.sync('first sync');
    await scene.sync('nothing to do');
    const again = openSync(path, 'r+');
    ftruncateSync(again, gibibytes * 1024 * CHUNK);
    writeSync(again, 'edited', (gibibytes * 1024 * CHUNK) / 2);
    closeSync(again);
    await scene.sync('six bytes changed');
  });
}

/**
 * The rows as a table in Markdown, each step with how the work of both processes grew from half the size: 1 is in proportion, 2
 * would be quadratic. By processor time, which other work on the machine disturbs least.
 */
export function scaleTable(rows: readonly ScaleRow[]): string[] {
  const head = [
    '| | size | step | time | growth | client CPU s | client MiB | server CPU s | server MiB |',
    '|---|--:|---|--:|--:|--:|--:|--:|--:|',
  ];
  const round = (value: number | undefined): string => (value === undefined ? '' : value.toFixed(value < 10 ? 1 : 0));
  return [
    ...head,
    ...rows.map(({ what, size, step, ms, client, server }) => {
      const half = rows.find((row) => row.what === what && row.step === step && row.size * 2 === size);
      const growth =
        half && workOf(half) > LEAST_WORK ? Math.log2(workOf({ client, server }) / workOf(half)).toFixed(1) : '';
      const cells = [what, size.toLocaleString('en-US'), step, `${(ms / 1000).toFixed(2)} s`, growth];
      const used = [client?.cpu, client?.peakMb, server.cpu, server.peakMb].map(round);
      return `| ${[...cells, ...used].join(' | ')} |`;
    }),
  ];
}

/** Seconds; less is the start of a program and little else. */
const LEAST_WORK = 0.5;

const workOf = ({ client, server }: Pick<ScaleRow, 'server'> & { readonly client?: Usage | undefined }): number =>
  (client?.cpu ?? 0) + server.cpu;
