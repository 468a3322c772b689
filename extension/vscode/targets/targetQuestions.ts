import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { commandId } from '../commands/commandIds.ts';
import { bare } from '../status/statusText.ts';
import type { ConfiguredTarget } from './targetSettings.ts';
import type { Plan } from '../../sync/plan.ts';
import { planSummary } from './planText.ts';

/**
 * What a target asks a person before it goes on. The first two stand in notifications, for nobody waits for them; the last
 * stops everything, because something is very likely wrong. Undefined is no answer.
 */
export async function askConsent({ folder, address, level }: ConfiguredTarget): Promise<boolean | undefined> {
  const where = level === 'folder' ? l10n.t('folder’s') : l10n.t('workspace’s');
  const answer = await vscode.window.showWarningMessage(
    l10n.t(
      'The {0} settings want to sync “{1}” with {2}. Its files would be sent there. Allow it?',
      where,
      folder.name,
      address.label,
    ),
    l10n.t('Allow'),
    l10n.t('Do Not Allow'),
  );
  return answer === undefined ? undefined : answer === l10n.t('Allow');
}

/** Whoever looks at the plan goes on from there: a question that stays would be out of date as soon as that is carried out. */
export async function askFirstSync(
  { folder, address }: ConfiguredTarget,
  plan: Plan,
  isProduction: boolean,
): Promise<boolean> {
  const where = isProduction ? l10n.t('{0}, which is production', address.label) : address.label;
  const question = l10n.t('First sync of “{0}” with {1}: {2}.', folder.name, where, planSummary(plan));
  const [sync, showPlan] = [l10n.t('Sync'), l10n.t('Show Plan')];
  const answer = await vscode.window.showInformationMessage(question, sync, showPlan, l10n.t('Not Now'));
  if (answer === showPlan) await vscode.commands.executeCommand(commandId('previewSync'), vscode.Uri.file(folder.path));
  return answer === sync;
}

/** The first changes of a session that would go to production. */
export async function askFirstWrite({ folder, address }: ConfiguredTarget): Promise<boolean> {
  const question = l10n.t(
    '{0} is marked as production, and “{1}” has changes for it. Write to it in this session?',
    bare(address.label),
    folder.name,
  );
  const [write, showPlan] = [l10n.t('Write to Production'), l10n.t('Show Plan')];
  const answer = await vscode.window.showWarningMessage(question, write, showPlan, l10n.t('Not Now'));
  if (answer === showPlan) await vscode.commands.executeCommand(commandId('previewSync'), vscode.Uri.file(folder.path));
  return answer === write;
}

export async function askBrake(
  { folder, address }: ConfiguredTarget,
  message: string,
  isProduction: boolean,
): Promise<boolean> {
  const mark = isProduction ? l10n.t('{0} is marked as production. ', bare(address.label)) : '';
  const options = {
    modal: true,
    detail: l10n.t(
      '{0}Sync of “{1}” has stopped. If this is what you want, let it go on; what is deleted can be restored.',
      mark,
      folder.name,
    ),
  };
  const answer = await vscode.window.showWarningMessage(message, options, l10n.t('Sync Anyway'), l10n.t('Show Plan'));
  if (answer === l10n.t('Show Plan'))
    await vscode.commands.executeCommand(commandId('previewSync'), vscode.Uri.file(folder.path));
  return answer === l10n.t('Sync Anyway');
}
