import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { JobState } from './protocol/messages/jobs.ts';
import type { Share, ShareStats } from './store/share.ts';

/** What is looked up at the moment somebody asks. */
export interface MetricSources {
  /** Open connections, with and without hello. */
  sessions(): number;
  /** Bytes on all sockets so far, ended ones included. */
  traffic(): { readonly sent: number; readonly received: number };
  shares(): Iterable<Pick<Share, 'name' | 'cursor' | 'stats'>>;
  jobs(): Promise<Readonly<Record<JobState, number>>>;
}

/** Figures about the server for Prometheus. Labels come from closed lists, so nobody can make them grow. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Counter<'method' | 'outcome'>;
  readonly #durations: Histogram<'method'>;
  /** By method and outcome, because to look labels up costs more than to count. */
  readonly #counted = new Map<
    string,
    { readonly requests: Counter.Internal; readonly durations: Histogram.Internal<'method'> }
  >();
  readonly #operations: Counter<'status'>;
  readonly #commits: Counter;
  readonly #jobs: Histogram<'operation' | 'outcome'>;
  readonly #refused: Counter<'reason'>;
  readonly #lagging: Counter;

  constructor(sources: MetricSources) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#requests = new Counter({
      name: 'syncline_requests_total',
      help: 'Requests answered, by method and outcome: ok or the name of an error.',
      labelNames: ['method', 'outcome'],
      registers,
    });
    this.#durations = new Histogram({
      name: 'syncline_request_duration_seconds',
      help: 'From the start of a request to its answer.',
      labelNames: ['method'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers,
    });
    this.#commits = new Counter({ name: 'syncline_commits_total', help: 'Commits carried out.', registers });
    this.#operations = new Counter({
      name: 'syncline_operations_total',
      help: 'Operations of commits by result: done, conflict or problem.',
      labelNames: ['status'],
      registers,
    });
    this.#jobs = new Histogram({
      name: 'syncline_job_duration_seconds',
      help: 'From the start of a job to its end, by operation and final state.',
      labelNames: ['operation', 'outcome'],
      buckets: [0.01, 0.1, 1, 10, 60, 600],
      registers,
    });
    this.#refused = new Counter({
      name: 'syncline_connections_refused_total',
      help: 'Connections refused before they became a session.',
      labelNames: ['reason'],
      registers,
    });
    this.#lagging = new Counter({
      name: 'syncline_changes_truncated_total',
      help: 'Change notices that told a client to ask for the changes instead of naming them.',
      registers,
    });
    this.#lookUp(sources);
  }

  request(method: string, outcome: string, seconds: number): void {
    const key = `${method} ${outcome}`;
    let counted = this.#counted.get(key);
    if (!counted) {
      counted = { requests: this.#requests.labels({ method, outcome }), durations: this.#durations.labels({ method }) };
      this.#counted.set(key, counted);
    }
    counted.requests.inc();
    counted.durations.observe(seconds);
  }

  commit(statuses: readonly ('done' | 'conflict' | 'problem')[]): void {
    this.#commits.inc();
    for (const status of statuses) this.#operations.inc({ status });
  }

  job(operation: string, outcome: string, seconds: number): void {
    this.#jobs.observe({ operation, outcome }, seconds);
  }

  refused(reason: string): void {
    this.#refused.inc({ reason });
  }

  changesTruncated(): void {
    this.#lagging.inc();
  }

  /** The exposition format, and its content type. */
  async expose(): Promise<{ type: string; text: string }> {
    return { type: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  #lookUp(sources: MetricSources): void {
    const registers = [this.#registry];
    new Gauge({
      name: 'syncline_sessions',
      help: 'Open connections.',
      registers,
      collect() {
        this.set(sources.sessions());
      },
    });
    new Counter({
      name: 'syncline_bytes_total',
      help: 'Bytes on the sockets, by direction.',
      labelNames: ['direction'],
      registers,
      collect() {
        const { sent, received } = sources.traffic();
        this.reset();
        this.inc({ direction: 'out' }, sent);
        this.inc({ direction: 'in' }, received);
      },
    });
    for (const [name, help, read] of SHARE_GAUGES) {
      new Gauge({
        name: `syncline_share_${name}`,
        help,
        labelNames: ['share'],
        registers,
        collect() {
          for (const share of sources.shares())
            this.set({ share: share.name }, read(share.stats(), share.cursor().rev));
        },
      });
    }
    new Gauge({
      name: 'syncline_jobs',
      help: 'Jobs that are kept, by state.',
      labelNames: ['state'],
      registers,
      async collect() {
        for (const [state, count] of Object.entries(await sources.jobs())) this.set({ state }, count);
      },
    });
  }
}

const SHARE_GAUGES: readonly [name: string, help: string, read: (stats: ShareStats, rev: number) => number][] = [
  ['revision', 'Revision of a share.', (_stats, rev) => rev],
  ['available', 'Whether the folder of a share can be reached: 1 or 0.', ({ available }) => Number(available)],
  ['entries', 'Files, folders and links in a share.', ({ entries }) => entries],
  ['bytes', 'Bytes of the files in a share.', ({ bytes }) => bytes],
  ['versions', 'Earlier versions that are kept.', ({ versions }) => versions],
  ['history_bytes', 'Bytes that only history holds.', ({ historyBytes }) => historyBytes],
  ['staged', 'Contents that were uploaded and not committed yet.', ({ staged }) => staged],
  ['commits_waiting', 'Commits that wait or are under way.', ({ commits }) => commits],
  ['problems', 'Paths that cannot be synced.', ({ problems }) => problems],
];
