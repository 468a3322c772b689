import type { Problem } from '../../server/protocol/problem.ts';
import { printable, type WirePath } from '../../server/protocol/wirePath.ts';
import type { Plan } from './plan.ts';

/** What to tell of paths that turned out to be otherwise than planned at look after look. */
export function restlessProblems({ toLocal }: Pick<Plan, 'toLocal'>, stale: readonly WirePath[]): Problem[] {
  const fetched = new Set<string>(toLocal.flatMap((each) => (each.kind === 'put' ? [each.path] : [])));
  return [...new Set(stale)].map((path) => (fetched.has(path) ? unavailable(path) : changing(path)));
}

const changing = (path: WirePath): Problem => ({
  path,
  code: 'Changed',
  message: `“${printable(path)}” keeps changing; it is synced when it comes to rest.`,
});

/** The server told of the file, and could not give it. */
const unavailable = (path: WirePath): Problem => ({
  path,
  code: 'ContentGone',
  message: `The server does not hold what it tells of “${printable(path)}”: it keeps changing there, or is damaged, which “verify” finds out.`,
});
