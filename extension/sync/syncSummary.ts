import type { AppliedOperation, Plan } from './plan.ts';

/** What a sync did, as `sync --once --json` tells it. Files and links are counted, folders are not. */
export interface SyncSummary {
  readonly uploaded: number;
  readonly downloaded: number;
  readonly deletedLocal: number;
  readonly deletedRemote: number;
  /** On either side; a folder with all that is in it counts once. */
  readonly renamed: number;
  /** That remain. */
  readonly conflicts: number;
  /** That remain. */
  readonly problems: number;
  /** On the wire. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly ms: number;
}

export function summarize(
  applied: readonly AppliedOperation[],
  { conflicts, problems }: Pick<Plan, 'conflicts' | 'problems'>,
  wire: Pick<SyncSummary, 'bytesSent' | 'bytesReceived' | 'ms'>,
): SyncSummary {
  const count = (side: AppliedOperation['side'], kind: 'put' | 'delete'): number =>
    applied.filter((each) => {
      const { operation } = each;
      if (each.side !== side || operation.kind !== kind) return false;
      return operation.kind === 'put' || operation.expect.kind !== 'directory';
    }).length;
  return {
    uploaded: count('remote', 'put'),
    downloaded: count('local', 'put'),
    deletedLocal: count('local', 'delete'),
    deletedRemote: count('remote', 'delete'),
    renamed: applied.filter(({ operation }) => operation.kind === 'rename').length,
    conflicts: conflicts.length,
    problems: problems.length,
    ...wire,
  };
}
