import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { ServerAddress } from '../../connect/target.ts';
import { confirm } from '../commands/confirm.ts';
import { bare } from '../status/statusText.ts';
import { type MarkedPlace, type ProductionMark, readMarks, withoutMarks } from './productionMarks.ts';

const settings = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('syncline');

/** Of the person's own settings alone: no workspace adds a mark there, and none takes one away. */
const stored = (): unknown => settings().inspect<unknown>('production')?.globalValue;

export const markedInSettings = (): readonly ProductionMark[] => readMarks(stored()).marks;

export async function addMark({ label }: ServerAddress): Promise<void> {
  const before = stored();
  const value = [...(Array.isArray(before) ? (before as unknown[]) : []), label];
  await settings().update('production', value, vscode.ConfigurationTarget.Global);
}

export async function removeMarks(place: MarkedPlace): Promise<void> {
  await settings().update('production', withoutMarks(stored(), place), vscode.ConfigurationTarget.Global);
}

/** Why a sync does not write. */
export const heldBack = ({ label }: ServerAddress): string =>
  l10n.t('{0} is marked as production: nothing is written to it before you agree.', bare(label));

export function askWrite({ url, share }: MarkedPlace): Promise<boolean> {
  return confirm(
    l10n.t('{0}/{1} is marked as production. Write to it?', bare(url), share),
    l10n.t(
      'You are asked once in each session of this window. What is replaced or deleted stays in the server’s history.',
    ),
    l10n.t('Write to Production'),
  );
}
