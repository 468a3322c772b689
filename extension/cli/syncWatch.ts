import { systemClock } from '../connect/clock.ts';
import type { ConnectionState } from '../connect/connectionState.ts';
import type { SyncState } from '../sync/syncState.ts';
import { askYes } from './askYes.ts';
import type { Cli } from './cli.ts';
import { operationEvent, operationText, tellConflicts, tellProblems } from './syncText.ts';
import type { TargetSession } from './targetSession.ts';

/**
 * Keeps a target in sync until the command is told to end, and says what happens. Ends by itself only when trying again is
 * useless: a wrong token, an unknown share.
 */
export async function syncWatch(
  cli: Cli,
  { sync, connection, address }: TargetSession,
  { yes = false }: { readonly yes?: boolean },
): Promise<void> {
  const { out, signal } = cli;
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  const told = { conflicts: new Set<string>(), problems: new Set<string>() };
  let isOffline = false;
  let mayConfirm = yes;
  let asking: AbortController | undefined;
  let stoppedBy = '';

  const onConnection = (state: ConnectionState): void => {
    if (state.kind === 'failed') return reject(state.error);
    if (state.kind === 'waiting' && !isOffline) {
      isOffline = true;
      const { code, message } = state.error;
      const retryInMs = Math.max(0, state.until - systemClock.now());
      out.event({ event: 'offline', code, message, retryInMs });
      const seconds = Math.ceil(retryInMs / 1000);
      out.note(`${message} Trying again in ${seconds} s, and until it works; nothing is lost meanwhile.`);
    }
    if (state.kind === 'online' && isOffline) {
      isOffline = false;
      out.result({ event: 'online' }, `Connected to ${address.label}.`);
    }
  };

  const confirm = async (): Promise<void> => {
    try {
      await sync.syncOnce({ confirmed: true, signal });
    } catch (error) {
      if (!signal.aborted) out.error(error);
    }
  };

  const brakeMessage = (): string | undefined => (sync.state.kind === 'stopped' ? sync.state.brake.message : undefined);

  /** The question goes when its reason does, and comes again when meanwhile more would be deleted than it said. */
  const ask = async (): Promise<void> => {
    asking = new AbortController();
    const gone = AbortSignal.any([signal, asking.signal]);
    for (let told = brakeMessage(); told !== undefined; ) {
      if (!(await askYes(cli, told, gone).catch(() => false))) return;
      const now = brakeMessage();
      if (now === told) return await confirm();
      told = now;
    }
  };

  const onState = (state: SyncState): void => {
    const reason = state.kind === 'stopped' ? `${state.brake.kind} ${state.brake.side}` : '';
    const isTold = reason === stoppedBy;
    stoppedBy = reason;
    if (!isTold) asking?.abort();
    if (state.kind === 'stopped' && !isTold) {
      // --yes is the word for the first plan, not for whatever may happen in the days to come
      if (mayConfirm) {
        mayConfirm = false;
        return void confirm();
      }
      out.event({ event: 'stopped', code: 'BrakeStopped', message: state.brake.message });
      out.note(
        `${out.style('yellow', 'Stopped:')} ${state.brake.message} It goes on by itself when that is undone; if it is meant, end this and run it again with --yes.`,
      );
      void ask();
    }
    if (state.kind === 'failed') {
      const { code, message } = state.error;
      out.event({ event: 'failed', code, message });
      out.note(`${out.style('yellow', 'Failed:')} ${message} Trying again.`);
    }
  };

  const onSettled = ({ rev, conflicts, problems }: { rev: number; conflicts: number; problems: number }): void => {
    mayConfirm = false;
    tellProblems(out, untold(told.problems, sync.problems()));
    tellConflicts(out, untold(told.conflicts, sync.conflicts()), (conflict) => sync.unmergedBecause(conflict));
    const remaining = conflicts + problems === 0 ? {} : { conflicts, problems };
    out.result({ event: 'idle', rev, ...remaining }, `In sync with ${address.label}, revision ${rev}.`);
  };

  const listening = [
    connection.onDidChangeState(onConnection),
    sync.onDidChangeState(onState),
    sync.onApplied((applied) => out.result(operationEvent('applied', applied), operationText(applied))),
    sync.onSettled(onSettled),
  ];
  const stop = (): void => resolve();
  signal.addEventListener('abort', stop);
  try {
    if (!signal.aborted) await sync.start();
    if (!signal.aborted) await ended;
    out.note('Stopped. Nothing is half-done; what changed since is found by the next run.');
    cli.exitWith(cli.stopStatus());
  } finally {
    signal.removeEventListener('abort', stop);
    for (const each of listening) each.dispose();
  }
}

/** Those that were not told before; afterwards exactly the present ones count as told, so that one that comes back is told. */
function untold<T>(told: Set<string>, present: readonly T[]): T[] {
  const keys = present.map((each) => JSON.stringify(each));
  const fresh = present.filter((_, at) => !told.has(keys[at] ?? ''));
  told.clear();
  for (const key of keys) told.add(key);
  return fresh;
}
