import assert from 'node:assert/strict';
import { join } from 'node:path';
import { connect } from '../../extension/connect/connect.ts';
import type { ServerClient } from '../../extension/connect/serverClient.ts';
import { PATIENCE_MS, type Running, ServerProcess } from '../support/programs.ts';
import { CommitWriter } from './commitWriter.ts';
import { astray, examineShare, lookInto, torn } from './examine.ts';
import { FuseBox } from './fuseBox.ts';
import { Ledger } from './ledger.ts';
import type { Place } from './place.ts';

interface Cleanup {
  after(work: () => unknown): void;
}

/** Every kind of operation has occurred in as many. */
const MOST_TURNS = 6;

/** History forgets by age, count and size as it is told to, and a busy path has more than a hundred versions: nothing may be forgotten here. */
const KEEPS_ALL = ['--history-versions', '1000000', '--history-size', '1TB'];

/** A real server on a real disk that dies where it is told to, somebody who writes to it, and a ledger of what was acknowledged. */
export class CrashSite {
  readonly server: ServerProcess;
  readonly fuse: FuseBox;
  readonly ledger = new Ledger();
  readonly writer = new CommitWriter(this.ledger, 'w');

  private constructor(server: ServerProcess, fuse: FuseBox) {
    this.server = server;
    this.fuse = fuse;
  }

  /** `place`: where the server dies in this start, which then fails. */
  static async open(t: Cleanup, home: string, place?: Place): Promise<CrashSite> {
    const fuse = new FuseBox(join(home, 'fuse'));
    if (place) fuse.light(place);
    const server = await ServerProcess.start(t, home, { env: fuse.env, args: KEEPS_ALL });
    return new CrashSite(server, fuse);
  }

  /** Works with a connection of its own; a dead server rejects it. */
  async connected<T>(work: (client: ServerClient) => Promise<T>): Promise<T> {
    const { url, token } = this.server;
    const client = await connect({ url, token, clientName: 'crash', clientVersion: '1' });
    try {
      return await work(client);
    } finally {
      client.close();
    }
  }

  /** Lets somebody work until the server has died at a place. */
  async dieAt(place: Place, turn = (client: ServerClient) => this.writer.turn(client)): Promise<void> {
    if (this.server.running.hasEnded) await this.server.start();
    this.fuse.light(place);
    for (let turns = 0; turns < MOST_TURNS && this.fuse.isBurning; turns++)
      await this.connected(turn).catch((error: unknown) => {
        if (this.fuse.isBurning) throw error;
      });
    await this.#died(this.server.running, place);
  }

  /** Starts the server, which dies at a place while it starts or right after. */
  async dieStarting(place: Place): Promise<void> {
    this.fuse.light(place);
    await this.server.start().catch((error: unknown) => {
      if (this.fuse.isBurning) throw error;
    });
    await this.#died(this.server.running, place);
  }

  /** Starts the server again, examines everything it holds, and repeats what was not answered. */
  async recover(where: string): Promise<void> {
    const { directory, ledger } = this;
    assert.deepEqual(torn(lookInto(directory), ledger), [], `${where}: before the start`);
    await this.server.start();
    await this.connected(async (client) => {
      assert.deepEqual(await examineShare(directory, ledger, client), [], where);
      await this.writer.repeat(client);
    });
    assert.deepEqual(astray(lookInto(directory), ledger), [], `${where}: after the repetition`);
  }

  /** Starts the server; gives how long it took from the start of the process until it said that it is healthy, milliseconds. */
  async untilHealthy(): Promise<number> {
    const begun = performance.now();
    await this.server.start();
    const { ok } = await fetch(`${this.server.metricsUrl}/healthz`);
    assert(ok);
    return performance.now() - begun;
  }

  get directory(): string {
    return this.server.folder;
  }

  async #died(running: Running, place: Place): Promise<void> {
    const late = setTimeout(() => running.child.kill('SIGKILL'), PATIENCE_MS);
    const wasReached = this.fuse.isBurning ? 'never reached' : 'reached';
    if (this.fuse.isBurning) running.child.kill('SIGKILL');
    const { signal, stderr } = await running.ended;
    clearTimeout(late);
    this.fuse.putOut();
    assert.equal(wasReached, 'reached', `${JSON.stringify(place)}: ${stderr.slice(-2000)}`);
    assert.equal(signal, 'SIGKILL');
  }
}
