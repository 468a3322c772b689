import type { Operation } from '../../../server/protocol/messages/files.ts';
import type { Problem } from '../../../server/protocol/problem.ts';
import { pathsOf } from '../plan.ts';
import type { LocalSide, RemoteSide } from '../sides.ts';
import { using } from '../using.ts';

export interface TakenBack {
  readonly done: readonly Operation[];
  /** What was changed since, or can no longer be had, was left alone. */
  readonly problems: readonly Problem[];
}

/**
 * Carries operations out in the local folder, with contents from the server's history, each only if the folder still holds what
 * it expects. What they replace or delete becomes a safety copy; the next sync takes it to the server as any change here.
 */
export async function takeBack(
  { local, remote }: { readonly local: LocalSide; readonly remote: RemoteSide },
  operations: readonly Operation[],
  signal: AbortSignal,
): Promise<TakenBack> {
  const done: Operation[] = [];
  const problems: Problem[] = [];
  await using(remote.read(), (source) =>
    local.apply(operations, source, {
      signal,
      onOutcome(operation, outcome) {
        const [path = ''] = pathsOf(operation).toReversed();
        if (outcome.kind === 'done') done.push(operation);
        else if (outcome.kind === 'problem') problems.push(outcome.problem);
        else problems.push({ path, code: 'Changed', message: CHANGED });
      },
    }),
  );
  return { done, problems };
}

const CHANGED = 'It was changed since, or the server no longer has what it was; it was left alone.';
