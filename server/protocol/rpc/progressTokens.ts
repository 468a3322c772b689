import { SynclineError } from '../errors.ts';
import { type ProgressReport, progressReport } from '../messages/progress.ts';
import { checkParams } from './checkValue.ts';
import type { Params } from './readMessage.ts';

export type ProgressToken = string | number;

/** The callers of this side who asked to be told how their requests get on. */
export class ProgressTokens {
  readonly #listeners = new Map<ProgressToken, (report: ProgressReport) => void>();
  #next = 1;

  add(listener: (report: ProgressReport) => void): ProgressToken {
    const token = this.#next++;
    this.#listeners.set(token, listener);
    return token;
  }

  remove(token: ProgressToken): void {
    this.#listeners.delete(token);
  }

  /** The params of a `$/progress`. Reports for requests that are over are dropped. */
  receive({ token, value }: Params): void {
    this.#listeners.get(token as ProgressToken)?.(checkParams(progressReport, value));
  }
}

/** Takes the token out of the params of a request: it belongs to no message, so no schema knows it. */
export function splitToken(given: Params): { params: Params; token: ProgressToken | undefined } {
  if (!Object.hasOwn(given, 'progressToken')) return { params: given, token: undefined };
  const { progressToken, ...params } = given;
  const fits = typeof progressToken === 'string' ? progressToken.length <= 64 : Number.isSafeInteger(progressToken);
  if (!fits) {
    throw new SynclineError('InvalidParams', 'The progress token is a number or a short text.', {
      data: { field: 'progressToken' },
    });
  }
  return { params, token: progressToken as ProgressToken };
}
