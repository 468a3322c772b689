import type { Version } from '../../../server/protocol/messages/files.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';

/** The state right before something was replaced or deleted: where a person may want to go back to. */
export interface PointInTime {
  /** Of the state. */
  readonly rev: number;
  /** When what came after it began, on the server's clock. */
  readonly until: number;
  readonly replaced: number;
  readonly deleted: number;
  /** Names of the tokens that did it. */
  readonly by: readonly string[];
  /** What was replaced or deleted, each path once. */
  readonly paths: readonly WirePath[];
}

/** What is done in one go takes no longer than that. */
const TOGETHER_MS = 60_000;

/**
 * Pure. Points in time out of versions as history gives them, newest first. Changes that came in one go (a checkout, a batch of
 * deletions) have one point before them all.
 */
export function pointsInTime(versions: readonly Version[], togetherMs = TOGETHER_MS): PointInTime[] {
  const groups: Version[][] = [];
  for (const version of versions) {
    const group = groups.at(-1);
    const newest = group?.[0];
    const isTogether =
      newest && (newest.rev === version.rev || Math.abs(newest.at - version.at) <= togetherMs) && group;
    if (isTogether) group.push(version);
    else groups.push([version]);
  }
  return groups.map(toPoint);
}

function toPoint(group: readonly Version[]): PointInTime {
  return {
    rev: Math.min(...group.map(({ rev }) => rev)) - 1,
    until: Math.min(...group.map(({ at }) => at)),
    replaced: group.filter(({ reason }) => reason === 'replaced').length,
    deleted: group.filter(({ reason }) => reason === 'deleted').length,
    by: [...new Set(group.map(({ by }) => by))],
    paths: [...new Set(group.map(({ path }) => path))],
  };
}
