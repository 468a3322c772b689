import { SynclineError } from '../../../server/protocol/errors.ts';
import * as messages from '../../../server/protocol/messages/jobs.ts';
import type { Job } from '../../../server/protocol/messages/jobs.ts';
import { Listeners } from '../../connect/listeners.ts';
import type { ClientProvider, Disposable, ServerClient } from '../../connect/serverClient.ts';
import { JobFeed } from '../../jobs/jobFeed.ts';
import { type JobMap, shownOrder, withJobs } from './jobList.ts';

/** Jobs asked for at once. */
const PAGE = 100;

/** The token's jobs on one server as far as they have been asked for, kept current by what the server tells. */
export class ServerJobs {
  readonly url: string;
  readonly #changes = new Listeners<void>();
  readonly #log: (event: string, data: object) => void;
  readonly #feed: JobFeed;
  readonly #listening: Disposable[];
  #jobs: JobMap = new Map();
  /** Of the page read last; older ones come behind it. */
  #last: string | undefined;
  #hasMore = false;

  constructor(url: string, provider: ClientProvider, log: (event: string, data: object) => void) {
    this.url = url;
    this.#log = log;
    // the feed asks for events before the list is asked for, on the same connection: nothing falls between the two
    this.#feed = new JobFeed(provider, (error) => log('jobs are not watched', { url, message: error.message }));
    this.#listening = [
      this.#feed.onDidChange((job) => this.#take([job])),
      provider.onDidChangeClient((client) => void this.#begin(client)),
    ];
    void this.#begin(provider.current);
  }

  onDidChange(listener: () => void): Disposable {
    return this.#changes.add(listener);
  }

  /** As they are shown. */
  get all(): readonly Job[] {
    return shownOrder(this.#jobs);
  }

  get hasMore(): boolean {
    return this.#hasMore;
  }

  find(id: string): Job | undefined {
    return this.#jobs.get(id);
  }

  /** For a job that was looked up, and for one that the answer of a call tells more of. */
  add(job: Job): void {
    this.#take([job]);
  }

  forget(id: string): void {
    const jobs = new Map(this.#jobs);
    if (jobs.delete(id)) this.#show(jobs);
  }

  /** A fresh look at the newest jobs. */
  async reload(client: ServerClient): Promise<void> {
    this.#turn(await client.request(messages.list, { limit: PAGE }), new Map());
  }

  async loadMore(client: ServerClient): Promise<void> {
    const page = await client.request(messages.list, { limit: PAGE, ...(this.#last && { after: this.#last }) });
    this.#turn(page, this.#jobs);
  }

  dispose(): void {
    for (const each of this.#listening) each.dispose();
    this.#feed.dispose();
  }

  /** What was forgotten or has expired while nobody was connected is not told; a fresh list leaves it out. */
  async #begin(client: ServerClient | null): Promise<void> {
    if (!client?.server.token.rights.includes('compute')) return;
    try {
      await this.reload(client);
    } catch (error) {
      this.#log('jobs are not listed', { url: this.url, message: SynclineError.from(error).message });
    }
  }

  #turn({ jobs, more }: { readonly jobs: readonly Job[]; readonly more: boolean }, known: JobMap): void {
    this.#last = jobs.at(-1)?.id ?? this.#last;
    this.#hasMore = more;
    this.#show(withJobs(known, jobs));
  }

  #take(jobs: readonly Job[]): void {
    this.#show(withJobs(this.#jobs, jobs));
  }

  #show(jobs: JobMap): void {
    this.#jobs = jobs;
    this.#changes.emit();
  }
}
