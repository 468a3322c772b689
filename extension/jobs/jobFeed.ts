import { SynclineError } from '../../server/protocol/errors.ts';
import * as jobs from '../../server/protocol/messages/jobs.ts';
import { Listeners } from '../connect/listeners.ts';
import type { ClientProvider, Disposable, ServerClient } from '../connect/serverClient.ts';

/**
 * The events of the token's jobs, over any number of connections: each reconnect asks for what happened since the last event
 * that was seen, so none is missed and none comes twice.
 */
export class JobFeed {
  readonly #listeners = new Listeners<jobs.Job>();
  readonly #onError: (error: SynclineError) => void;
  readonly #following: Disposable;
  #listening: Disposable | null = null;
  #seq: number | undefined;
  /** Events that came while the answer to `jobs/watch` was awaited. */
  #early: jobs.Job[] | null = null;

  constructor(provider: ClientProvider, onError: (error: SynclineError) => void = () => {}) {
    this.#onError = onError;
    this.#following = provider.onDidChangeClient((client) => this.#follow(client));
    this.#follow(provider.current);
  }

  onDidChange(listener: (job: jobs.Job) => void): Disposable {
    return this.#listeners.add(listener);
  }

  dispose(): void {
    this.#following.dispose();
    this.#listening?.dispose();
  }

  #follow(client: ServerClient | null): void {
    this.#listening?.dispose();
    this.#listening = null;
    if (!client) return;
    this.#early = [];
    this.#listening = client.onJobsDidChange(({ job }) => {
      if (this.#early) this.#early.push(job);
      else this.#take(job);
    });
    void this.#watch(client);
  }

  async #watch(client: ServerClient): Promise<void> {
    const since = this.#seq;
    try {
      const answer = await client.request(jobs.watch, since === undefined ? {} : { since });
      const early = this.#early ?? [];
      this.#early = null;
      // a server that lost its count starts anew; what it tells now is all there is to know
      if (since !== undefined && answer.seq < since) this.#seq = 0;
      for (const job of [...answer.jobs].sort((a, b) => a.seq - b.seq)) this.#take(job);
      this.#seq = Math.max(this.#seq ?? 0, answer.seq);
      for (const job of early) this.#take(job);
    } catch (error) {
      // an end of the connection is followed by the next client
      if (!(error instanceof SynclineError && error.code === 'ConnectionLost')) {
        this.#onError(SynclineError.from(error));
      }
    }
  }

  #take(job: jobs.Job): void {
    if (this.#seq !== undefined && job.seq <= this.#seq) return;
    this.#seq = job.seq;
    this.#listeners.emit(job);
  }
}
