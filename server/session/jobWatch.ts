import * as jobs from '../protocol/messages/jobs.ts';
import type { Peer } from '../protocol/peer.ts';

/**
 * Tells one session of its token's jobs. While the client does not read, only the latest state of each job is kept, so the
 * events it misses are those that are out of date anyway.
 */
export class JobWatch {
  readonly #peer: Pick<Peer, 'notify' | 'drained'>;
  readonly #pending = new Map<string, jobs.Job>();
  #sending = false;

  constructor(peer: Pick<Peer, 'notify' | 'drained'>) {
    this.#peer = peer;
  }

  tell(job: jobs.Job): void {
    // The latest event goes last: a client may take the highest number it has seen for where it stands.
    this.#pending.delete(job.id);
    this.#pending.set(job.id, job);
    if (this.#sending) return;
    this.#sending = true;
    void this.#send();
  }

  async #send(): Promise<void> {
    for (;;) {
      await this.#peer.drained();
      const [job] = this.#pending.values();
      if (!job) break;
      this.#pending.delete(job.id);
      this.#peer.notify(jobs.didChange, { job });
    }
    this.#sending = false;
  }
}
