import type { Operation } from '../../../server/protocol/messages/files.ts';
import { bytesOf, type Plan } from '../../sync/plan.ts';

/**
 * Whether a person has to see this plan before it is carried out: the first sync of two sides that both hold something. Where
 * one side is empty there is nothing that it could do harm to.
 */
export function asksFirst({ isFirst, toLocal, toRemote, conflicts }: Plan): boolean {
  if (!isFirst) return false;
  const bothWays = toLocal.length > 0 && toRemote.length > 0;
  return bothWays || conflicts.length > 0 || [...toLocal, ...toRemote].some(replaces);
}

/** Plans smaller than both are carried out behind the status bar; larger ones behind a notification that can cancel them. */
const MANY_OPERATIONS = 200;
const MANY_BYTES = 10_000_000;

export function isLarge({ toLocal, toRemote }: Plan): boolean {
  const operations = [...toLocal, ...toRemote];
  return operations.length > MANY_OPERATIONS || bytesOf(operations) > MANY_BYTES;
}

function replaces(operation: Operation): boolean {
  if (operation.kind === 'put') return operation.expect !== null;
  return operation.kind === 'delete' || operation.kind === 'rename';
}
