import type { ConnectionState } from '../../connect/connectionState.ts';
import type { SyncState } from '../../sync/syncState.ts';
import type { TargetStatus } from '../status/targetStatus.ts';

/**
 * What a person should know about a target that nothing holds back: the state of its engine (undefined: not started yet), and
 * of the connection to its server where that is the reason.
 */
export function engineStatus(state: SyncState | undefined, connection: ConnectionState | undefined): TargetStatus {
  if (connection?.kind === 'failed') return { kind: 'failed', message: connection.error.message };
  const offline = connection?.kind === 'waiting' ? connection.error.message : 'connecting';
  if (!state) return { kind: 'offline', message: offline };
  switch (state.kind) {
    case 'stopped':
      return state.brake.kind === 'guarded' ? { kind: 'asksWrite' } : { kind: 'stopped', message: state.brake.message };
    case 'failed':
      return { kind: 'failed', message: state.error.message };
    case 'offline':
      return { kind: 'offline', message: offline };
    case 'conflicts':
    case 'problems':
      return { kind: state.kind, count: state.count };
    case 'syncing':
    case 'paused':
    case 'inSync':
      return { kind: state.kind };
  }
}
