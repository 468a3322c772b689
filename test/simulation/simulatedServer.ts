import type { Link } from '../../server/protocol/link/link.ts';
import {
  INITIAL_CREDIT,
  MAX_FRAME_PAYLOAD,
  MAX_MESSAGE_BYTES,
  MAX_OPERATIONS,
  MAX_PAGE,
  MAX_REQUESTS,
  MAX_TRANSFER_CONTENTS,
  MAX_TRANSFERS,
  MAX_VALUES,
} from '../../server/protocol/limits.ts';
import type { Cursor } from '../../server/protocol/messages/values.ts';
import { serverHandlers } from '../../server/handlers/serverHandlers.ts';
import { AttemptGuard } from '../../server/session/attemptGuard.ts';
import type { Services } from '../../server/session/services.ts';
import { Sessions } from '../../server/session/sessions.ts';
import { TokenStore } from '../../server/session/tokenStore.ts';
import { EmbeddedShare } from '../../server/store/embedded/embeddedShare.ts';
import { MOUNT } from './disk/diskCalls.ts';
import type { Machine } from './machine.ts';
import type { Program } from './scheduler.ts';

const START_AGAIN_US = 1_000_000;
const HOUR_MS = 3_600_000;
/** Twice in a minute, so that a history need not be followed for so long. */
const RESCAN_MS = 20_000;

/** The real store behind the real sessions, started again whenever it is down. */
export class SimulatedServer {
  readonly machine: Machine;
  readonly #compresses: boolean;
  readonly #onReady: (cursor: Cursor) => void;
  #starts = 0;
  #sessions: Sessions | null = null;

  /** `compresses`: only for contents of one frame, because larger ones are compressed in threads, which nobody can order. */
  constructor(machine: Machine, compresses: boolean, onReady: (cursor: Cursor) => void) {
    this.machine = machine;
    this.#compresses = compresses;
    this.#onReady = onReady;
  }

  get isReady(): boolean {
    return this.#sessions !== null && this.machine.program?.alive === true;
  }

  start(): void {
    const { scheduler, name } = this.machine;
    const program: Program = { name: `${name}#${++this.#starts}`, alive: true };
    this.machine.program = program;
    this.#sessions = null;
    scheduler.after(0, 'starts', () => this.#open(program), program);
  }

  /** To be called within an event of the server's. */
  serve(link: Link): void {
    void this.#sessions?.serve(link, null);
  }

  #open(program: Program): void {
    const { machine } = this;
    const { scheduler } = machine;
    const directory = `${MOUNT}/${machine.name}/share`;
    const tell = (data: object, message: string): void => {
      const { error } = data as { error?: unknown };
      scheduler.trace.add(`  ${program.name} says: ${message} ${error instanceof Error ? error.message : ''}`);
    };
    const log = { debug() {}, info() {}, warn: tell, error: tell };
    this.#begin(directory, log).catch((error: unknown) => {
      tell({ error }, 'cannot start');
      scheduler.after(START_AGAIN_US, 'tries to start again', () => this.#open(program), program);
    });
  }

  async #begin(directory: string, log: Services['log']): Promise<void> {
    const share = await EmbeddedShare.open({ name: 'files', directory, log, rescanMs: RESCAN_MS });
    try {
      const services = servicesOf(share, log, new TokenStore(`${directory}/.syncline`));
      const times = { helloDeadlineMs: 10_000, idleMs: 30_000 };
      const handlers = serverHandlers(services);
      const hello: typeof handlers.hello = async (params, call) => ({
        ...(await handlers.hello(params, call)),
        capabilities: { zstd: this.#compresses },
      });
      this.#sessions = new Sessions({ services, handlers: { ...handlers, hello }, times, tokenCheckMs: HOUR_MS });
      this.#onReady(share.cursor());
    } catch (error) {
      await share.close();
      throw error;
    }
  }
}

/** Jobs run in threads of their own, and figures are for onlookers: both are left out. */
function servicesOf(share: EmbeddedShare, log: Services['log'], tokens: TokenStore): Services {
  const limits = {
    messageBytes: MAX_MESSAGE_BYTES,
    framePayload: MAX_FRAME_PAYLOAD,
    initialCredit: INITIAL_CREDIT,
    transfers: MAX_TRANSFERS,
    transferContents: MAX_TRANSFER_CONTENTS,
    operations: MAX_OPERATIONS,
    page: MAX_PAGE,
    requests: MAX_REQUESTS,
    values: MAX_VALUES,
  };
  const metrics = { request() {}, commit() {}, changesTruncated() {} };
  return {
    server: { name: 'syncline-server', version: '1.0.0', id: 'simulated-server' },
    shares: new Map([[share.name, share]]),
    tokens,
    guard: new AttemptGuard({ now: () => performance.now() }),
    limits,
    metrics: metrics as unknown as Services['metrics'],
    log,
  } as unknown as Services;
}
