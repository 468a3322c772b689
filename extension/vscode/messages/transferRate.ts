import * as l10n from '@vscode/l10n';
import { sizeText } from '../files/sizeText.ts';

/** How far back the rate looks, and after how long it is worth telling, milliseconds. */
const WINDOW_MS = 5_000;
const WORTH_TELLING_MS = 1_000;

/** Rate and time left of a transfer, from what it said in the last seconds. Times are of one clock, in milliseconds. */
export class TransferRate {
  readonly #samples: { readonly at: number; readonly done: number }[] = [];

  /** `12 MB of 64 MB, 4.1 MB/s, 13 s left`; without a rate while there is none yet. */
  text(done: number, total: number, now: number): string {
    this.#samples.push({ at: now, done });
    while (this.#samples.length > 2 && (this.#samples[0]?.at ?? now) < now - WINDOW_MS) this.#samples.shift();
    const amount = l10n.t('{0} of {1}', sizeText(done), sizeText(total));
    const rate = this.#perSecond(now);
    if (rate === undefined) return amount;
    const left = rate > 0 && done < total ? l10n.t(', {0} left', durationText((total - done) / rate)) : '';
    return `${amount}, ${sizeText(rate)}/s${left}`;
  }

  #perSecond(now: number): number | undefined {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (!first || !last || now - first.at < WORTH_TELLING_MS) return undefined;
    return ((last.done - first.done) / (now - first.at)) * 1000;
  }
}

/** `13 s`, `4 min`, `2 h 5 min`. */
export function durationText(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.ceil(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return l10n.t('{0} min', minutes);
  return l10n.t('{0} h {1} min', Math.floor(minutes / 60), minutes % 60);
}
