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
  const where = level === 'folder' ? 'folder’s' : 'workspace’s';
  const answer = await vscode.window.showWarningMessage(
    `The ${where} settings want to sync “${folder.name}” with ${address.label}. Its files would be sent there. Allow it?`,
    'Allow',
    'Do Not Allow',
  );
  return answer === undefined ? undefined : answer === 'Allow';
}

/** Whoever looks at the plan goes on from there: a question that stays would be out of date as soon as that is carried out. */
export async function askFirstSync(
  { folder, address }: ConfiguredTarget,
  plan: Plan,
  isProduction: boolean,
): Promise<boolean> {
  const where = isProduction ? `${address.label}, which is production` : address.label;
  const question = `First sync of “${folder.name}” with ${where}: ${planSummary(plan)}.`;
  const answer = await vscode.window.showInformationMessage(question, 'Sync', 'Show Plan', 'Not Now');
  if (answer === 'Show Plan')
    await vscode.commands.executeCommand(commandId('previewSync'), vscode.Uri.file(folder.path));
  return answer === 'Sync';
}

/** The first changes of a session that would go to production. */
export async function askFirstWrite({ folder, address }: ConfiguredTarget): Promise<boolean> {
  const question = `${bare(address.label)} is marked as production, and “${folder.name}” has changes for it. Write to it in this session?`;
  for (;;) {
    const answer = await vscode.window.showWarningMessage(question, 'Write to Production', 'Show Plan', 'Not Now');
    if (answer !== 'Show Plan') return answer === 'Write to Production';
    await vscode.commands.executeCommand(commandId('previewSync'), vscode.Uri.file(folder.path));
  }
}

export async function askBrake(
  { folder, address }: ConfiguredTarget,
  message: string,
  isProduction: boolean,
): Promise<boolean> {
  const mark = isProduction ? `${bare(address.label)} is marked as production. ` : '';
  const options = {
    modal: true,
    detail: `${mark}Sync of “${folder.name}” has stopped. If this is what you want, let it go on; what is deleted can be restored.`,
  };
  const answer = await vscode.window.showWarningMessage(message, options, 'Sync Anyway', 'Show Plan');
  if (answer === 'Show Plan')
    await vscode.commands.executeCommand(commandId('previewSync'), vscode.Uri.file(folder.path));
  return answer === 'Sync Anyway';
}
