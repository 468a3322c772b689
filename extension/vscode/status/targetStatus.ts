/** What a person should know about one target, worst first in {@link RANK}. */
export type TargetStatus =
  | { readonly kind: 'stopped'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'asksFirstSync' }
  | { readonly kind: 'asksConsent' }
  /** It is production, and nobody has agreed yet to its being written to. */
  | { readonly kind: 'asksWrite' }
  | { readonly kind: 'conflicts'; readonly count: number }
  /** `until`: when it is tried again, milliseconds since 1970. */
  | { readonly kind: 'offline'; readonly message: string; readonly until?: number }
  | { readonly kind: 'problems'; readonly count: number }
  | { readonly kind: 'restricted' }
  /** `steps`: how many of those that are to be done are done. */
  | { readonly kind: 'syncing'; readonly steps?: { readonly done: number; readonly total: number } }
  | { readonly kind: 'paused' }
  | { readonly kind: 'manual' }
  | { readonly kind: 'inSync' };

const RANK: readonly TargetStatus['kind'][] = [
  'stopped',
  'failed',
  'asksFirstSync',
  'asksConsent',
  'asksWrite',
  'conflicts',
  'offline',
  'problems',
  'restricted',
  'syncing',
  'paused',
  'manual',
  'inSync',
];

export function worst<T extends { readonly status: TargetStatus }>(targets: readonly T[]): T | undefined {
  return targets.toSorted((a, b) => RANK.indexOf(a.status.kind) - RANK.indexOf(b.status.kind))[0];
}
