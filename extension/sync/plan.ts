import type { Operation } from '../../server/protocol/messages/files.ts';
import type { Problem } from '../../server/protocol/problem.ts';
import type { WirePath } from '../../server/protocol/wirePath.ts';
import { atOnce, STEP, type Steps } from './inSlices.ts';
import type { Brake } from './reconcile/brakes.ts';
import type { Conflict } from './reconcile/conflict.ts';

/** What a sync would do now, and why some of it waits for a person. Nothing of it has been done. */
export interface Plan {
  /** In the order in which they would be carried out. */
  readonly toLocal: readonly Operation[];
  readonly toRemote: readonly Operation[];
  readonly conflicts: readonly Conflict[];
  /** Paths that cannot be synced, each once. */
  readonly problems: readonly Problem[];
  /** Why the plan is only carried out once it is confirmed; null: it may be at once. */
  readonly brake: Brake | null;
  /** The two sides never agreed on anything, so nothing is taken for deleted. */
  readonly isFirst: boolean;
}

/** What was done to one side. */
export interface AppliedOperation {
  readonly side: 'local' | 'remote';
  readonly operation: Operation;
}

/** How far a sync is. */
export type SyncProgress =
  | { readonly phase: 'looking' /** Local entries looked at so far. */; readonly entries: number }
  | ({ readonly phase: 'downloading' | 'uploading' } & Amounts);

interface Amounts {
  /** Operations. */
  readonly done: number;
  readonly total: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

/** The bytes that putting files needs, of contents counted once each. */
export function bytesOf(operations: readonly Operation[]): number {
  return atOnce(bytesOfInSteps(operations));
}

export function* bytesOfInSteps(operations: readonly Operation[]): Steps<number> {
  const seen = new Set<string>();
  let bytes = 0;
  for (const [index, operation] of operations.entries()) {
    if (index % STEP === STEP - 1) yield;
    if (operation.kind !== 'put' || operation.entry.kind !== 'file' || seen.has(operation.entry.content)) continue;
    seen.add(operation.entry.content);
    bytes += operation.entry.size;
  }
  return bytes;
}

/** The paths that an operation changes. */
export const pathsOf = (operation: Operation): WirePath[] =>
  operation.kind === 'rename' ? [operation.from, operation.to] : [operation.path];

export function* pathsOfAll(operations: readonly Operation[]): Steps<Set<WirePath>> {
  const paths = new Set<WirePath>();
  for (const [index, operation] of operations.entries()) {
    if (index % STEP === STEP - 1) yield;
    for (const path of pathsOf(operation)) paths.add(path);
  }
  return paths;
}

/** Equal for equal operations alone. */
export const keyOf = (operation: Operation): string => JSON.stringify(operation);
