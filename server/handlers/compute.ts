import { add } from '../jobs/operations/add.ts';
import { sort } from '../jobs/operations/sort.ts';
import type { ServerHandlers } from '../session/callContext.ts';
import type { Services } from '../session/services.ts';

export function computeHandlers({ calls }: Services): Pick<ServerHandlers, 'computeAdd' | 'computeSort'> {
  return {
    computeAdd: (params, { signal }) => calls.call(add, params, signal),
    computeSort: (params, { signal }) => calls.call(sort, params, signal),
  };
}
