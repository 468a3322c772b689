import type { Look } from './endpoint.ts';

/** One look that sees what two would. */
export function mergeLooks(a: Look, b: Look): Look {
  if (a === 'everything' || b === 'everything') return 'everything';
  if (a === 'nothing') return b;
  if (b === 'nothing') return a;
  return new Set([...a, ...b]);
}

/** What there is to look at on both sides. */
export interface Looks {
  readonly local: Look;
  readonly remote: Look;
}

export const LOOK_AT_ALL: Looks = { local: 'everything', remote: 'everything' };
export const LOOK_AT_NOTHING: Looks = { local: 'nothing', remote: 'nothing' };
