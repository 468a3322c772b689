import { SynclineError } from '../../server/protocol/errors.ts';
import { MAX_NUMBERS } from '../../server/protocol/limits.ts';
import * as compute from '../../server/protocol/messages/compute.ts';
import { joinTransfer } from '../../server/protocol/transfer/joinTransfer.ts';
import { receiveNumbers, sendNumbers } from '../../server/protocol/transfer/numberTransfer.ts';
import type { Wire } from './wire.ts';

/** How long the server may be at work before the first number comes back; it has a limit of its own. */
const PATIENCE_MS = 10 * 60_000;

/** Sorts numbers on the server; they travel as bytes, and the ones given stay as they are. */
export function sortNumbers(
  { peer, request, nextTransfer, transfers }: Wire,
  numbers: Float64Array,
  { order, signal }: { readonly order?: 'ascending' | 'descending' | undefined; readonly signal?: AbortSignal },
): Promise<Float64Array> {
  const count = numbers.length;
  if (count === 0) return Promise.resolve(numbers.slice());
  if (count > MAX_NUMBERS) return Promise.reject(new SynclineError('TooLarge'));
  return transfers.run(async () => {
    const over = new AbortController();
    const either = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
    const [input, output] = [nextTransfer(), nextTransfer()];
    const answered = request(compute.sortNumbers, { count, input, output, order }, { signal: either });
    const move = async (): Promise<Float64Array> => {
      const sorted = new Float64Array(count);
      await sendNumbers(peer, { transfer: input, numbers, signal: either });
      await receiveNumbers(peer, { transfer: output, numbers: sorted, signal: either, stallMs: PATIENCE_MS });
      return sorted;
    };
    return (await joinTransfer(answered, move(), over))[1];
  }, signal);
}
