import { add } from '../jobs/operations/add.ts';
import { sort } from '../jobs/operations/sort.ts';
import { receiveNumbers, sendNumbers } from '../protocol/transfer/numberTransfer.ts';
import type { ServerHandlers } from '../session/callContext.ts';
import type { Services } from '../session/services.ts';

export function computeHandlers({
  calls,
}: Services): Pick<ServerHandlers, 'computeAdd' | 'computeSort' | 'computeSortNumbers'> {
  return {
    computeAdd: (params, context) => calls.call(add, params, context),
    computeSort: (params, context) => calls.call(sort, params, context),

    computeSortNumbers: ({ count, input, output, order }, { session: { peer }, signal }) =>
      calls.withNumbers(count, async (shared, sortShared) => {
        const numbers = new Float64Array(shared);
        await receiveNumbers(peer, { transfer: input, numbers, signal });
        await sortShared(order === 'descending', signal);
        await sendNumbers(peer, { transfer: output, numbers, signal });
        return { count };
      }),
  };
}
