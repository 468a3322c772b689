import * as l10n from '@vscode/l10n';
import type { ConnectionState } from '../../connect/connectionState.ts';
import type { SyncState } from '../../sync/syncState.ts';
import type { TargetStatus } from '../status/targetStatus.ts';

/**
 * What a person should know about a target that nothing holds back: the state of its engine (undefined: not started yet), and
 * of the connection to its server where that is the reason.
 */
export function engineStatus(state: SyncState | undefined, connection: ConnectionState | undefined): TargetStatus {
  if (connection?.kind === 'failed') return { kind: 'failed', message: connection.error.message };
  if (!state) return offline(connection);
  switch (state.kind) {
    case 'stopped':
      return state.brake.kind === 'guarded' ? { kind: 'asksWrite' } : { kind: 'stopped', message: state.brake.message };
    case 'failed':
      return { kind: 'failed', message: state.error.message };
    case 'offline':
      return offline(connection);
    case 'conflicts':
    case 'problems':
      return { kind: state.kind, count: state.count };
    case 'syncing':
    case 'paused':
    case 'inSync':
      return { kind: state.kind };
  }
}

function offline(connection: ConnectionState | undefined): TargetStatus {
  if (connection?.kind !== 'waiting') return { kind: 'offline', message: l10n.t('connecting') };
  return { kind: 'offline', message: connection.error.message, until: connection.until };
}

/** Whether an error is about the connection, which says so itself and comes back by itself. */
export const isOfConnection = (code: string): boolean =>
  ['ConnectionLost', 'ConnectionFailed', 'DeadlineExceeded', 'ServerStopping', 'TransferStalled'].includes(code);
