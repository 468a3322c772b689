import { isFileOperation } from '../jobs/operation.ts';
import { operationFields } from '../jobs/operationFields.ts';
import { MAX_PAGE } from '../protocol/limits.ts';
import type { ServerHandlers } from '../session/callContext.ts';
import type { Services } from '../session/services.ts';

type JobsHandlers = Pick<
  ServerHandlers,
  | 'jobsOperations'
  | 'jobsSubmit'
  | 'jobsGet'
  | 'jobsResult'
  | 'jobsParams'
  | 'jobsCancel'
  | 'jobsList'
  | 'jobsRemove'
  | 'jobsWatch'
>;

/** Jobs belong to the token's id: a later token of the same name does not see them. */
export function jobsHandlers({ jobs }: Services): JobsHandlers {
  return {
    async jobsOperations() {
      const { operations } = jobs.registry;
      // Values can also be handed over on a call: few are worked on on the event loop, many by a worker.
      const rows = operations.map((each) => ({
        name: each.name,
        summary: each.summary,
        quick: !isFileOperation(each),
        fields: operationFields(each.params),
      }));
      return { operations: rows };
    },

    async jobsSubmit({ operation, params, requestId, requireRev }, { session }) {
      const submission = { operation, params, requestId, requires: requireRev ?? null };
      return { job: await jobs.submit(session.identity.id, submission) };
    },

    jobsGet: async ({ id }, { session }) => ({ job: await jobs.get(session.identity.id, id) }),

    jobsResult: ({ id, waitMs = 0 }, { session, signal }) => jobs.result(session.identity.id, id, waitMs, signal),

    jobsParams: async ({ id }, { session }) => ({ params: await jobs.params(session.identity.id, id) }),

    jobsCancel: async ({ id }, { session }) => ({ job: await jobs.cancel(session.identity.id, id) }),

    jobsList: ({ state, after, limit = MAX_PAGE }, { session }) =>
      jobs.list(session.identity.id, { ...(state && { state }), ...(after !== undefined && { after }), limit }),

    async jobsRemove({ id }, { session }) {
      await jobs.remove(session.identity.id, id);
      return {};
    },

    async jobsWatch({ since }, { session }) {
      // First the events, then what has been: what happens between the two is told twice, never lost.
      session.watchJobs();
      return await jobs.since(session.identity.id, since);
    },
  };
}
