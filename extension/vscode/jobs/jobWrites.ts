import type { MarkedPlace } from '../production/productionMarks.ts';

/** Pure. What a job would write to: the share that is named among its parameters, if one is. */
export function jobWrites(url: string, params: unknown): readonly MarkedPlace[] {
  const { share } = (params ?? {}) as { readonly share?: unknown };
  return typeof share === 'string' ? [{ url, share }] : [];
}
