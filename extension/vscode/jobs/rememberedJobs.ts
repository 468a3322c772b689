/** A job that was submitted from this workspace; enough to ask for it again, also after a reload. */
export interface RememberedJob {
  readonly id: string;
  readonly operation: string;
  /** `ws://host:port` of the server that runs it. */
  readonly server: string;
}

const MOST = 50;

/** Newest first; the same job once. */
export function remember(jobs: readonly RememberedJob[], job: RememberedJob): RememberedJob[] {
  return [job, ...jobs.filter(({ id, server }) => id !== job.id || server !== job.server)].slice(0, MOST);
}

/** What storage held, as far as it is what was put there. */
export function readRemembered(stored: unknown): RememberedJob[] {
  if (!Array.isArray(stored)) return [];
  return stored.filter(
    (job): job is RememberedJob =>
      typeof job === 'object' &&
      job !== null &&
      ['id', 'operation', 'server'].every((key) => typeof (job as Record<string, unknown>)[key] === 'string'),
  );
}
