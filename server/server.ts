import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import manifest from '../package.json' with { type: 'json' };
import { serverHandlers } from './handlers/serverHandlers.ts';
import { FileJobs } from './jobs/fileJobs.ts';
import { EmbeddedJobs } from './jobs/embedded/embeddedJobs.ts';
import { WorkerPool } from './jobs/embedded/workerPool.ts';
import { JobDispatcher } from './jobs/jobDispatcher.ts';
import { JobService } from './jobs/jobService.ts';
import { OperationCalls } from './jobs/operationCalls.ts';
import { OperationRegistry } from './jobs/operationRegistry.ts';
import type { Log } from './log.ts';
import { Metrics } from './metrics.ts';
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
} from './protocol/limits.ts';
import { SystemBulkSync } from './protocol/disk/bulkSync.ts';
import { ByteStreamLink } from './protocol/link/byteStreamLink.ts';
import type { Limits } from './protocol/messages/session.ts';
import { prepareShareDirectory, prepareStateDirectory } from './serveDirectory.ts';
import { serverIdentity } from './serverIdentity.ts';
import type { ServeOptions } from './serveOptions.ts';
import { AttemptGuard } from './session/attemptGuard.ts';
import { LOCAL } from './session/session.ts';
import { Sessions } from './session/sessions.ts';
import { provideToken } from './session/tokenFile.ts';
import { TokenStore } from './session/tokenStore.ts';
import { EmbeddedShare } from './store/embedded/embeddedShare.ts';
import type { Share } from './store/share.ts';
import { MetricsListener } from './transport/metricsListener.ts';
import { WebSocketListener } from './transport/webSocketListener.ts';

export interface ServerWorld {
  /** The file that worker threads run: this program. */
  readonly program: string;
  readonly log: Log;
  readonly stdin: Readable;
  readonly stdout: Writable;
}

const LIMITS: Limits = {
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
const MAX_CONNECTIONS = 1_000;
const MAX_CONNECTIONS_PER_ADDRESS = 200;
const MAX_WORKERS = 8;
const WORKER_MEMORY_MB = 512;
/** Shorter than the client's own deadline, so that it hears why. */
const CALL_LIMIT_MS = 25_000;
const EXPIRE_EVERY_MS = 60 * 60_000;

/** The composition root: everything that a running server is made of, in the order in which it starts and stops. */
export class Server {
  /** Where clients connect; null over stdio alone. */
  readonly url: string | null;
  readonly metricsUrl: string | null;
  /** Resolves when whoever speaks over stdio has hung up; never without stdio. */
  readonly stdioEnded: Promise<void>;
  readonly #teardown: Teardown;

  private constructor(parts: Pick<Server, 'url' | 'metricsUrl' | 'stdioEnded'>, teardown: Teardown) {
    this.url = parts.url;
    this.metricsUrl = parts.metricsUrl;
    this.stdioEnded = parts.stdioEnded;
    this.#teardown = teardown;
  }

  /** Resolves when connections are accepted. What has been started is stopped again when something fails. */
  static async open(options: ServeOptions, world: ServerWorld): Promise<Server> {
    const teardown = new Teardown();
    try {
      return new Server(await start(options, world, teardown), teardown);
    } catch (error) {
      await teardown.run();
      throw error;
    }
  }

  /** Accepts nothing new, finishes the commits under way, tells the clients, and lets go of everything. */
  stop(): Promise<void> {
    return this.#teardown.run();
  }
}

async function start(
  options: ServeOptions,
  world: ServerWorld,
  teardown: Teardown,
): Promise<Pick<Server, 'url' | 'metricsUrl' | 'stdioEnded'>> {
  const { log } = world;
  const { stateDirectory } = options;
  for (const { name, directory } of options.shares) {
    if (prepareShareDirectory(directory)) log.info({ share: name, directory }, 'folder made');
  }
  prepareStateDirectory(stateDirectory);

  // The first to take its lock: of two servers on one folder the second ends here, before it has touched anything.
  const jobs = await EmbeddedJobs.open({ stateDirectory });
  teardown.add(() => jobs[Symbol.asyncDispose]());
  const tokens = new TokenStore(stateDirectory);
  const { created, exposed } = await provideToken(options.tokenFile, tokens);
  if (created) log.info({ tokenFile: options.tokenFile }, 'token made');
  if (exposed) log.warn({ tokenFile: options.tokenFile }, 'others on this machine can read the token file');

  const bulkSync = new SystemBulkSync();
  teardown.add(async () => bulkSync.close());
  const shares = new Map<string, Share>();
  for (const { name, directory, stateDirectory: shareState } of options.shares) {
    prepareStateDirectory(shareState);
    const { retention } = options;
    const share = await EmbeddedShare.open({ name, directory, stateDirectory: shareState, retention, log, bulkSync });
    teardown.add(() => share.close());
    shares.set(name, share);
  }

  const runner = new WorkerPool({
    entry: world.program,
    size: Math.min(Math.max(availableParallelism(), 2), MAX_WORKERS),
    memoryLimitMb: WORKER_MEMORY_MB,
  });
  teardown.add(() => runner.close());
  const onTrouble = (error: unknown): void => log.error({ error }, 'jobs cannot go on');
  const registry = new OperationRegistry();
  const fileJobs = new FileJobs({
    registry,
    runner,
    shares,
    ownerOf: (id) => (id === LOCAL.id ? LOCAL : tokens.byId(id)),
    scratchFolder: join(stateDirectory, 'scratch'),
  });
  const dispatcher = new JobDispatcher({
    queue: jobs.queue,
    feed: jobs.records,
    runner: fileJobs,
    // One worker is always left for those who wait for an answer.
    parallel: runner.size - 1,
    timeLimitMs: options.jobTimeLimitMs,
    onEnded: (operation, { state }, ms) => metrics.job(operation, state, ms / 1000),
    onTrouble,
  });
  teardown.add(() => dispatcher[Symbol.asyncDispose]());
  const cursorOf = (share: string) => shares.get(share)?.cursor() ?? null;
  const service = new JobService({
    registry,
    records: jobs.records,
    queue: jobs.queue,
    dispatcher,
    cursorOf,
    authorize: (owner, operation, params) => fileJobs.require(owner, operation, params),
  });

  let listener: WebSocketListener | null = null;
  const metrics = new Metrics({
    sessions: () => sessions.count,
    traffic: () => listener?.traffic ?? { sent: 0, received: 0 },
    shares: () => shares.values(),
    jobs: () => jobs.queue.counts(),
  });
  const services = {
    server: { name: 'syncline-server', version: manifest.version, id: await serverIdentity(stateDirectory) },
    shares,
    jobs: service,
    calls: new OperationCalls(runner, CALL_LIMIT_MS),
    tokens,
    guard: new AttemptGuard({ now: () => performance.now() }),
    limits: LIMITS,
    metrics,
    log,
  };
  const times = { helloDeadlineMs: options.helloDeadlineMs, idleMs: options.idleProbeMs };
  const sessions = new Sessions({ services, handlers: serverHandlers(services), times });

  for (const share of shares.values()) {
    const moved = share.onDidChange(() => void service.shareMoved(share.name).catch(onTrouble));
    teardown.add(async () => moved[Symbol.dispose]());
  }
  await service.start();
  const expiry = setInterval(() => void jobs.queue.expire().catch(onTrouble), EXPIRE_EVERY_MS).unref();
  teardown.add(async () => clearInterval(expiry));

  let stopping = false;
  const metricsListener =
    options.metrics &&
    (await MetricsListener.open({
      address: options.metrics,
      healthy: () => !stopping && [...shares.values()].every((share) => share.stats().available),
      expose: () => metrics.expose(),
      log,
    }));
  if (metricsListener) teardown.add(() => metricsListener[Symbol.asyncDispose]());

  if (options.listen) {
    const { listen: address, tls, allowedOrigins, allowedHosts } = options;
    const connections = { maxConnections: MAX_CONNECTIONS, maxConnectionsPerAddress: MAX_CONNECTIONS_PER_ADDRESS };
    const opened = await WebSocketListener.open({
      address,
      tls,
      policy: { host: address.host, allowedOrigins, allowedHosts, ...connections },
      onLink: (link, from) => void sessions.serve(link, from),
      onRefused: (reason) => metrics.refused(reason),
      log,
    });
    listener = opened;
    teardown.add(() => opened.close());
  }
  teardown.add(() => sessions.stop(options.drainLimitMs));
  teardown.add(async () => {
    stopping = true;
    listener?.stop();
  });

  const stdioEnded = options.stdio
    ? sessions.serve(new ByteStreamLink(world.stdin, world.stdout), null)
    : new Promise<void>(() => {});
  return { url: listener?.url ?? null, metricsUrl: metricsListener?.url ?? null, stdioEnded };
}

/** Undoes a start, last things first. */
class Teardown {
  readonly #steps: (() => Promise<void>)[] = [];
  #running: Promise<void> | undefined;

  add(step: () => Promise<void>): void {
    this.#steps.push(step);
  }

  run(): Promise<void> {
    this.#running ??= this.#runAll();
    return this.#running;
  }

  async #runAll(): Promise<void> {
    for (const step of this.#steps.reverse()) await step();
  }
}
