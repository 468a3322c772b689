import { ENDED, type Job } from '../../../server/protocol/messages/jobs.ts';

/** Jobs of one server by id, each as its last event tells. */
export type JobMap = ReadonlyMap<string, Job>;

export const isActive = ({ state }: Job): boolean => !ENDED.includes(state);

/** Takes in what a list or an event tells; an older word about a job does not replace a newer one. */
export function withJobs(jobs: JobMap, news: readonly Job[]): JobMap {
  const next = new Map(jobs);
  for (const job of news) if ((next.get(job.id)?.seq ?? -1) <= job.seq) next.set(job.id, job);
  return next;
}

/** What runs or waits first, then what has ended; each the newest first, by the one clock of their server. */
export function shownOrder(jobs: JobMap): Job[] {
  return [...jobs.values()].toSorted(
    (a, b) => Number(isActive(b)) - Number(isActive(a)) || b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1),
  );
}
