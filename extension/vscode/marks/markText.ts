import * as l10n from '@vscode/l10n';
import type { SideDifference } from '../../sync/compareSides.ts';

/** What is known of a path of a target; the first that is there counts. */
export interface PathState {
  /** In words, when the path is in conflict. */
  readonly conflict: string | undefined;
  readonly difference: SideDifference | undefined;
  readonly isIgnored: boolean;
}

/** How a path is marked wherever the editor lists it. */
export interface Mark {
  readonly badge?: string;
  readonly tooltip: string;
  /** Id of a theme's colour. */
  readonly color: string;
  /** Whether the folders above show that something in them is marked. */
  readonly propagate: boolean;
}

export function markOf({ conflict, difference, isIgnored }: PathState): Mark | undefined {
  if (conflict !== undefined)
    return {
      badge: '!',
      tooltip: l10n.t('Conflict: {0}', conflict),
      color: 'syncline.conflictForeground',
      propagate: true,
    };
  if (difference) return { ...DIFFERENCES[difference], propagate: true };
  if (isIgnored)
    return { tooltip: l10n.t('Not synced: ignored'), color: 'syncline.ignoredForeground', propagate: false };
  return undefined;
}

const DIFFERENCES: Readonly<Record<SideDifference, Omit<Mark, 'propagate'>>> = {
  different: {
    badge: '≠',
    tooltip: l10n.t('Different here and on the server'),
    color: 'syncline.differentForeground',
  },
  onlyHere: { badge: '↑', tooltip: l10n.t('Only here, not on the server'), color: 'syncline.onlyHereForeground' },
  onlyThere: { badge: '↓', tooltip: l10n.t('Only on the server, not here'), color: 'syncline.onlyThereForeground' },
};
