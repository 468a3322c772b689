import type { Entry } from '../../server/protocol/entry.ts';
import type { Problem } from '../../server/protocol/problem.ts';
import type { WirePath } from '../../server/protocol/wirePath.ts';
import type { Plan } from './plan.ts';

/** A path that does not hold what its side had on record: the server's index, or what is remembered of local files. */
export interface Drift {
  readonly path: WirePath;
  readonly indexed: Entry | null;
  /** What it holds, by its bytes. */
  readonly found: Entry | null;
}

/** What reading a side again has shown. */
export interface SideVerification {
  /** Files whose bytes were read. */
  readonly checked: number;
  readonly drift: readonly Drift[];
  /** Files that could not be read. */
  readonly problems: readonly Problem[];
}

/** Both sides, read again and compared with each other. */
export interface Verification {
  readonly local: SideVerification;
  readonly remote: SideVerification;
  /** What makes the two agree, as things really are. */
  readonly plan: Plan;
}

export interface VerifyOptions {
  readonly signal?: AbortSignal | undefined;
  /** Files read so far on a side. */
  readonly onProgress?: ((side: 'local' | 'remote', files: number) => void) | undefined;
}

/** Whether both sides are as they were thought to be, and agree as far as the mode wants them to. */
export function isSound({ local, remote, plan }: Verification): boolean {
  const counts = [
    local.drift,
    local.problems,
    remote.drift,
    plan.toLocal,
    plan.toRemote,
    plan.conflicts,
    plan.problems,
  ];
  return counts.every(({ length }) => length === 0);
}
