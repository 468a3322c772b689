import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';

/**
 * In Restricted Mode nothing is connected to: a workspace that nobody has vouched for must not move a byte.
 * @throws SynclineError `Untrusted`
 */
export function requireTrust(): void {
  if (!vscode.workspace.isTrusted) throw new SynclineError('Untrusted');
}
