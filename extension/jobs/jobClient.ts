import { randomUUID } from 'node:crypto';
import { SynclineError } from '../../server/protocol/errors.ts';
import * as jobs from '../../server/protocol/messages/jobs.ts';
import type { ParamsOf, ResultOf } from '../../server/protocol/messages/message.ts';
import type { ClientProvider, ServerClient } from '../connect/serverClient.ts';

export interface JobCall {
  readonly signal?: AbortSignal;
  /** How long to wait for a connection that is gone before giving up, milliseconds; left out: as long as it takes. */
  readonly reconnectMs?: number;
}

export interface SubmitOptions extends JobCall {
  readonly requestId?: string;
  readonly requireRev?: ParamsOf<typeof jobs.submit>['requireRev'];
}

/** The longest that the server holds an answer back, milliseconds. */
const WAIT_MS = 30_000;

/**
 * The client's side of jobs. A job lives on the server, whatever happens to the connection: each call here is repeated on
 * the next connection when the one it was made on breaks, which is harmless because every one of them is idempotent.
 */
export class JobClient {
  readonly #provider: ClientProvider;

  constructor(provider: ClientProvider) {
    this.#provider = provider;
  }

  /** Resolves when the job is durable on the server. The request id makes sure that it is submitted once. */
  async submit(operation: string, params: unknown, options: SubmitOptions = {}): Promise<jobs.Job> {
    const { requestId = randomUUID(), requireRev } = options;
    const request = { operation, params, requestId, ...(requireRev && { requireRev }) };
    return (await this.#call(options, (client) => client.request(jobs.submit, request, options))).job;
  }

  async get(id: string, options: JobCall = {}): Promise<jobs.Job> {
    return (await this.#call(options, (client) => client.request(jobs.get, { id }, options))).job;
  }

  /**
   * Waits for the end of a job, as long as it takes, and tells how it ended; `result` is null unless it succeeded.
   * May be asked again until the job expires.
   */
  async result(id: string, options: JobCall = {}): Promise<ResultOf<typeof jobs.result>> {
    for (;;) {
      const answer = await this.#call(options, (client) =>
        client.request(jobs.result, { id, waitMs: WAIT_MS }, options),
      );
      if (jobs.ENDED.includes(answer.job.state)) return answer;
    }
  }

  /** What a job was submitted with; null where the server has not kept that. */
  async params(id: string, options: JobCall = {}): Promise<unknown> {
    return (await this.#call(options, (client) => client.request(jobs.params, { id }, options))).params;
  }

  /**
   * The work of a job, to be submitted again.
   * @throws SynclineError `Usage` where the server has not kept the parameters
   */
  async workOf(id: string, options: JobCall = {}): Promise<{ readonly operation: string; readonly params: unknown }> {
    const { operation } = await this.get(id, options);
    const params = await this.params(id, options);
    if (params === null)
      throw new SynclineError('Usage', `The parameters of the job ${id} were too long to be kept. Submit it anew.`);
    return { operation, params };
  }

  async cancel(id: string, options: JobCall = {}): Promise<jobs.Job> {
    return (await this.#call(options, (client) => client.request(jobs.cancel, { id }, options))).job;
  }

  async remove(id: string, options: JobCall = {}): Promise<void> {
    await this.#call(options, (client) => client.request(jobs.remove, { id }, options));
  }

  /** The token's jobs, newest first, page by page. */
  async *list(state?: jobs.JobState, options: JobCall = {}): AsyncGenerator<readonly jobs.Job[]> {
    let after: string | undefined;
    for (;;) {
      const params = { ...(state && { state }), ...(after && { after }) };
      const page = await this.#call(options, (client) => client.request(jobs.list, params, options));
      yield page.jobs;
      after = page.jobs.at(-1)?.id;
      if (!page.more || after === undefined) return;
    }
  }

  async operations(options: JobCall = {}): Promise<ResultOf<typeof jobs.operations>['operations']> {
    return (await this.#call(options, (client) => client.request(jobs.operations, {}, options))).operations;
  }

  async #call<T>({ signal, reconnectMs }: JobCall, call: (client: ServerClient) => Promise<T>): Promise<T> {
    for (;;) {
      const client = await this.#provider.client({
        signal,
        ...(reconnectMs !== undefined && { deadlineMs: reconnectMs }),
      });
      try {
        return await call(client);
      } catch (error) {
        if (!isLoss(error)) throw error;
        // the connection notices its end a moment after its calls do
        await client.closed;
      }
    }
  }
}

/** The value of a job that succeeded. @throws SynclineError why there is none: `JobFailed`, `Cancelled`, the job's own error. */
export function resultOf({ job, result }: ResultOf<typeof jobs.result>): unknown {
  if (job.state === 'succeeded') return result;
  if (job.error) {
    const { code, message, index } = job.error;
    throw new SynclineError(code, message, { data: index === undefined ? {} : { index } });
  }
  const how =
    job.state === 'interrupted' ? 'was interrupted by the end of the server; submit it again' : `ended as ${job.state}`;
  throw new SynclineError('JobFailed', `The job ${job.id} ${how}.`);
}

const isLoss = (error: unknown): boolean =>
  error instanceof SynclineError && (error.code === 'ConnectionLost' || error.code === 'ServerStopping');
