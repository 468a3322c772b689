import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../extension/connect/clock.ts';
import { connect } from '../../extension/connect/connect.ts';
import { Connection } from '../../extension/connect/connection.ts';
import type { Mode } from '../../extension/sync/reconcile/mode.ts';
import { type SyncOnceOptions, type SyncOnceResult, TargetSync } from '../../extension/sync/syncTarget.ts';
import { contentIdOf } from '../../server/protocol/contentId.ts';
import { stat } from '../../server/protocol/messages/files.ts';
import { parseWirePath, type WirePath } from '../../server/protocol/wirePath.ts';
import type { ServerProcess } from './serverProcess.ts';
import { temporaryFolder } from './temporaryFolder.ts';

interface Cleanup {
  after(work: () => void | Promise<void>): void;
}

/** A local folder with a target on a real server, and the log of what went over its wire. */
export class SyncedFolder {
  readonly root: string;
  readonly state: string;
  readonly wire: { way?: string; method?: string; params?: unknown; bytes?: number; transfer?: number }[] = [];
  readonly #server: Pick<ServerProcess, 'url' | 'token'>;
  readonly #mode: Mode;
  readonly #dir: WirePath | undefined;
  readonly #merge: boolean;
  #connection: Connection | undefined;
  #target: TargetSync | undefined;

  constructor(
    t: Cleanup,
    server: Pick<ServerProcess, 'url' | 'token'>,
    mode: Mode = 'two-way',
    dir?: WirePath,
    merge = false,
  ) {
    const folder = temporaryFolder(t);
    this.root = join(folder, 'root');
    this.state = join(folder, 'state');
    this.#server = server;
    this.#mode = mode;
    this.#dir = dir;
    this.#merge = merge;
    t.after(() => this.close());
  }

  at = (path: string): string => join(this.root, path);

  get connection(): Connection {
    this.#connection ??= new Connection({
      connect: (signal) => {
        const { url, token } = this.#server;
        const origin = new URL(url).origin.replace(/^http/, 'ws');
        const identity = { token, clientName: 'test', clientVersion: '1' };
        return connect(
          { url: origin === 'null' ? url : origin, ...identity },
          { signal, wireLog: (line) => this.wire.push(line) },
        );
      },
      share: 'files',
      keepTrying: true,
      clock: systemClock,
    });
    return this.#connection;
  }

  async open(): Promise<TargetSync> {
    this.#target ??= await TargetSync.open({
      root: this.root,
      share: 'files',
      dir: this.#dir,
      mode: this.#mode,
      merge: this.#merge,
      stateDirectory: this.state,
      provider: this.connection,
    });
    return this.#target;
  }

  async sync(options?: SyncOnceOptions): Promise<SyncOnceResult> {
    return (await this.open()).syncOnce(options);
  }

  /** Resolves when the server has noticed what a test did in its folder: that a file holds this text (null: is gone). */
  async serverSees(files: Readonly<Record<string, string | null>>): Promise<void> {
    const client = await this.connection.client();
    for (const [path, text] of Object.entries(files)) {
      const wanted = text === null ? undefined : contentIdOf(Buffer.from(text));
      for (;;) {
        const { found } = await client.request(stat, { share: 'files', path: parseWirePath(path) });
        const content = found?.entry.kind === 'file' ? found.entry.content : undefined;
        if (content === wanted) break;
      }
    }
  }

  /** Ends as a program that ends: what comes next starts from the state on disk. */
  async close(): Promise<void> {
    await this.#target?.close();
    this.#target = undefined;
    this.#connection?.close();
    this.#connection = undefined;
  }

  /** Methods that were called, in order. */
  calls(): string[] {
    return this.wire.flatMap(({ way, method }) => (way === 'sent' && method ? [method] : []));
  }

  safetyCopies(): string[] {
    const folder = join(this.state, 'safety');
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name)
      .sort();
  }
}
