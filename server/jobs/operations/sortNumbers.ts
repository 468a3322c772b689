import { offender } from './offender.ts';
import { radixSort } from './radixSort.ts';

/**
 * Sorts numbers in place, exactly as the operation `sort` does: by value, negative zero is 0.
 * @throws SynclineError `InvalidParams` with `index` for NaN and infinity; then nothing has been moved.
 */
export function sortNumbers(values: Float64Array, descending: boolean): void {
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    if (!Number.isFinite(value)) throw offender(value, index, 'is not a finite number');
    values[index] = value + 0;
  }
  radixSort(values);
  if (descending) values.reverse();
}
