import { AssertionError } from 'node:assert';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerClient } from '../../extension/connect/serverClient.ts';
import { connect } from '../../extension/connect/connect.ts';
import { CLI, Running } from '../support/programs.ts';
import { Random } from '../simulation/random.ts';
import { CommandUser } from './commandUser.ts';
import { CommitWriter } from './commitWriter.ts';
import { Contender } from './contender.ts';
import { CrashSite } from './crashSite.ts';
import { Editor } from './editor.ts';
import { astray, examineShare, lookInto, torn } from './examine.ts';
import { Loop } from './loop.ts';
import { RECOVERY_STEPS } from './serverSteps.ts';

export interface StormOptions {
  readonly seed: number;
  readonly kills: number;
  readonly home: string;
}

export interface StormReport {
  /** By who was killed. */
  readonly kills: Record<Victim, number>;
  /** Of each start after a kill, from the process's start until it accepted connections, milliseconds. */
  readonly startsMs: number[];
  readonly acknowledged: number;
  /** Everything that was not as promised. */
  readonly violations: string[];
}

type Client = 'sync --watch' | 'sync' | 'put' | 'get';
type Victim = 'server' | 'recovering server' | Client;

interface Cleanup {
  after(work: () => unknown): void;
}

/** How long everybody works before somebody is killed, milliseconds. */
const SHORTEST_MS = 20;
const LONGEST_MS = 600;
/** So many kills, then everybody rests and both sides must agree. */
const REST_AFTER = 20;

/**
 * A server, clients that commit, commands, two synced folders, and people with editors in these and in the server's own
 * folder, all at work at once, of whom one after the other is killed; after each death the ledger is compared with what is there.
 */
export async function storm(t: Cleanup, { seed, kills, home }: StormOptions): Promise<StormReport> {
  const site = await CrashSite.open(t, home);
  const course = new Storm(site, seed, home);
  t.after(() => course.end());
  for (let kill = 1; kill <= kills; kill++) {
    await course.killSomebody();
    if (kill % REST_AFTER === 0 || kill === kills) await course.comeToRest();
    if (course.report.violations.length > 0) break;
  }
  return { ...course.report, acknowledged: site.ledger.acknowledgements };
}

class Storm {
  readonly report = {
    kills: { server: 0, 'recovering server': 0, 'sync --watch': 0, sync: 0, put: 0, get: 0 } as Record<Victim, number>,
    startsMs: [] as number[],
    violations: [] as string[],
  };
  readonly #site: CrashSite;
  readonly #random: Random;
  readonly #folders: readonly [string, string];
  readonly #users: Record<'sync' | 'put' | 'get', CommandUser>;
  readonly #writers: readonly (CommitWriter | Contender)[];
  readonly #editors: readonly Editor[];
  /** Of those who have a connection, which breaks when the server dies; and of all others. */
  #connected: Loop[] = [];
  readonly #others: Loop[];
  #client: ServerClient | undefined;
  #watch: Running | undefined;

  constructor(site: CrashSite, seed: number, home: string) {
    const { ledger, server } = site;
    this.#site = site;
    this.#random = new Random(seed, 'storm');
    const [a, b] = (this.#folders = [join(home, 'a'), join(home, 'b')]);
    for (const folder of this.#folders) mkdirSync(folder);
    const user = (name: string) => new CommandUser(server, ledger, join(home, name));
    this.#users = { sync: user('sync'), put: user('put'), get: user('get') };
    this.#writers = [
      new CommitWriter(ledger, 'w1'),
      new CommitWriter(ledger, 'w2'),
      new Contender(ledger, 'c1', new Random(seed, 'c1')),
      new Contender(ledger, 'c2', new Random(seed, 'c2')),
    ];
    this.#editors = [
      new Editor(a, 'pa', ledger),
      new Editor(b, 'pb', ledger),
      new Editor(site.directory, 'direct', ledger),
    ];
    this.#others = [
      ...this.#editors.map((editor) => new Loop(async () => editor.turn(), 70)),
      new Loop(async () => void (await this.#users.sync.sync(b)), 50),
      new Loop(() => this.#users.put.put(), 20),
      new Loop(() => this.#users.get.get(), 100),
    ];
  }

  async killSomebody(): Promise<void> {
    await this.#work();
    await new Promise((resolve) => setTimeout(resolve, SHORTEST_MS + this.#random.below(LONGEST_MS - SHORTEST_MS)));
    const victim = this.#random.weighted<'server' | Client>([
      [6, 'server'],
      [2, 'sync --watch'],
      [2, 'sync'],
      [1, 'put'],
      [1, 'get'],
    ]);
    if (victim === 'server') await this.#killServer();
    else await this.#killClient(victim);
  }

  /** Everybody stops, both folders are synced, and everything must be everywhere. */
  async comeToRest(): Promise<void> {
    await this.#rest();
    await this.#watch?.stop();
    this.#watch = undefined;
    const [a, b] = this.#folders;
    for (const folder of [a, b, a]) {
      const { status, text } = await this.#users.sync.sync(folder);
      this.#expect(status === 0, `the sync of ${folder} at rest ended with ${status}: ${text}`);
    }
    const { last, text } = await this.#users.sync.sync(a);
    this.#expect('uploaded' in last && last.uploaded === 0, `a second sync was no empty one: ${text}`);
    const [share, here, there] = [this.#site.directory, a, b].map(lookInto) as [Found, Found, Found];
    this.#agree(share, here, 'a');
    this.#agree(share, there, 'b');
    for (const editor of this.#editors) this.report.violations.push(...editor.astray(share));
    this.report.violations.push(...astray(share, this.#site.ledger));
  }

  async end(): Promise<void> {
    for (const user of Object.values(this.#users)) user.kill();
    this.#watch?.child.kill('SIGKILL');
    this.#client?.close();
    await Promise.all([...this.#connected, ...this.#others].map((loop) => loop.rest()));
  }

  async #killServer(): Promise<void> {
    const { server, fuse, ledger, directory } = this.#site;
    await server.running.stop('SIGKILL');
    this.report.kills.server++;
    await this.#rest();
    this.report.violations.push(...torn(lookInto(directory), ledger));
    if (this.#random.chance(0.3)) {
      fuse.light(this.#random.pick(RECOVERY_STEPS).place);
      await server.start().catch(() => {});
      if (!fuse.isBurning) this.report.kills['recovering server']++;
      fuse.putOut();
      await server.running.stop('SIGKILL');
    }
    const begun = performance.now();
    await server.start();
    this.report.startsMs.push(performance.now() - begun);
    await this.#site.connected(async (client) => {
      this.report.violations.push(...(await examineShare(directory, ledger, client)));
      for (const writer of this.#writers) await this.#guard(() => writer.repeat(client));
    });
  }

  async #killClient(victim: Client): Promise<void> {
    const { ledger } = this.#site;
    if (victim === 'sync --watch') await this.#watch?.stop('SIGKILL');
    else if (this.#users[victim].isRunning) this.#users[victim].kill();
    else return;
    this.report.kills[victim]++;
    if (victim === 'put') return;
    await this.#rest();
    const [a, b] = this.#folders;
    const folder = victim === 'sync --watch' ? a : b;
    if (victim !== 'get') this.report.violations.push(...torn(lookInto(folder), ledger));
  }

  async #work(): Promise<void> {
    const { server } = this.#site;
    if (!this.#watch || this.#watch.hasEnded) {
      const args = ['sync', this.#folders[0], `${server.url}/files`, '--watch', '--yes', '--json'];
      this.#watch = new Running(CLI, args, { env: server.env() });
    }
    if (this.#connected.length > 0) return;
    const { url, token } = server;
    const client = (this.#client = await connect({ url, token, clientName: 'storm', clientVersion: '1' }));
    this.#connected = this.#writers.map((writer) => new Loop(() => writer.turn(client), 10));
    for (const loop of [...this.#connected, ...this.#others]) loop.go();
  }

  /** Resolves when nobody but the watching sync does anything. */
  async #rest(): Promise<void> {
    const isAlive = !this.#site.server.running.hasEnded;
    const loops = [...this.#connected, ...this.#others];
    await Promise.all(loops.map((loop) => loop.rest()));
    for (const { failure } of loops)
      if (failure !== undefined && (isAlive || failure instanceof AssertionError))
        this.report.violations.push(
          failure instanceof Error ? (failure.stack ?? failure.message) : JSON.stringify(failure),
        );
    this.#client?.close();
    this.#connected = [];
  }

  async #guard(work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) => this.report.violations.push(String(error)));
  }

  #expect(isSo: boolean, otherwise: string): void {
    if (!isSo) this.report.violations.push(otherwise);
  }

  #agree(share: Found, folder: Found, name: string): void {
    for (const path of new Set([...share.keys(), ...folder.keys()])) {
      const [there, here] = [share.get(path), folder.get(path)];
      this.#expect(there === here, `${path}: the share holds ${there}, folder ${name} ${here}`);
    }
  }
}

type Found = ReturnType<typeof lookInto>;
