import { SynclineError } from '../../../server/protocol/errors.ts';
import { printable, type WirePath } from '../../../server/protocol/wirePath.ts';
import type { Moment, PastState, RemoteFiles } from '../remoteFiles.ts';
import { movedTo, planRestore, type RestorePlan } from './planRestore.ts';

export interface PreparedRestore {
  readonly state: PastState;
  readonly plan: RestorePlan;
  /** Entries there are now where the restored is to be. */
  readonly present: number;
}

export interface PrepareOptions {
  /** Where it is to be; default: where it was. Elsewhere, what is there already stays. */
  readonly to?: WirePath | undefined;
  /** What was not there then stays. */
  readonly keepNew?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds out what it takes to make a path (undefined: the share) what it was at a moment. Changes nothing.
 * @throws SynclineError `NotFound` when there was nothing, `HistoryEnds`, `RevisionNotReached`
 */
export async function prepareRestore(
  files: Pick<RemoteFiles, 'past' | 'holding' | 'shown'>,
  path: WirePath | undefined,
  at: Moment,
  { to = path, keepNew = false, signal }: PrepareOptions = {},
): Promise<PreparedRestore> {
  const call = signal ? { signal } : {};
  const state = await files.past(path, at, call);
  if (path !== undefined && state.held.size === 0) {
    const message = `There was nothing at “${printable(files.shown(path))}” at revision ${state.rev}.`;
    throw new SynclineError('NotFound', message, { data: { path } });
  }
  const then = to === path || to === undefined ? state.held : movedTo(state.held, path, to);
  const now = await files.holding(to, call);
  return { state, plan: planRestore(then, now, { keepNew: keepNew || to !== path }), present: now.size };
}
