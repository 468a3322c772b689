import type { Operation } from '../../server/protocol/messages/files.ts';
import type { Problem } from '../../server/protocol/problem.ts';
import { printable } from '../../server/protocol/wirePath.ts';
import type { AppliedOperation, Plan } from '../sync/plan.ts';
import type { Conflict } from '../sync/reconcile/conflict.ts';
import type { SyncSummary } from '../sync/syncSummary.ts';
import { describeEntry } from './entryText.ts';
import { formatBytes, formatDuration, grouped, plural } from './output/format.ts';
import type { Output } from './output/output.ts';

/** `planned` or `applied`, for scripts: what is or would be done to which side. */
export function operationEvent(event: 'planned' | 'applied', { side, operation }: AppliedOperation): object {
  const { kind } = operation;
  if (kind === 'rename') return { event, side, kind, from: operation.from, to: operation.to };
  const entry = kind === 'put' ? operation.entry : undefined;
  return { event, side, kind, path: operation.path, ...(entry?.kind === 'file' && { size: entry.size }) };
}

/** `↑ put src/a.ts (1.2 KB)`: up to the server, or down from it. */
export function operationText({ side, operation }: AppliedOperation): string {
  return `${side === 'remote' ? '↑' : '↓'} ${VERBS[operation.kind]} ${detail(operation)}`;
}

const VERBS = { put: 'put', delete: 'delete', rename: 'rename', makeDirectory: 'make' } as const;

function detail(operation: Operation): string {
  switch (operation.kind) {
    case 'rename':
      return `${printable(operation.from)} -> ${printable(operation.to)}`;
    case 'makeDirectory':
      return `${printable(operation.path)}/`;
    case 'delete':
      return `${printable(operation.path)}${operation.expect.kind === 'directory' ? '/' : ''}`;
    case 'put': {
      const { path, entry } = operation;
      return `${printable(path)}${entry.kind === 'file' ? ` (${formatBytes(entry.size)})` : ` -> ${printable(entry.target)}`}`;
    }
  }
}

export const plannedOperations = ({ toLocal, toRemote }: Plan): AppliedOperation[] => [
  ...toLocal.map((operation) => ({ side: 'local' as const, operation })),
  ...toRemote.map((operation) => ({ side: 'remote' as const, operation })),
];

/** What would be done, and what would be left. */
export function tellPlan(out: Output, plan: Plan): void {
  for (const each of plannedOperations(plan)) out.result(operationEvent('planned', each), operationText(each));
  tellProblems(out, plan.problems);
  tellConflicts(out, plan.conflicts);
}

/** `unmerged`: why a conflict was not merged, where that was asked for. */
export function tellConflicts(
  out: Output,
  conflicts: readonly Conflict[],
  unmerged: (conflict: Conflict) => string | undefined = () => undefined,
): void {
  for (const conflict of conflicts) {
    const { path, base, mine, theirs } = conflict;
    const reason = unmerged(conflict);
    out.event({ event: 'conflict', path, base, mine, theirs, ...(reason !== undefined && { unmerged: reason }) });
    out.note(
      `${out.style('yellow', 'Conflict:')} ${printable(path)}: here ${describeEntry(mine)}, on the server ${describeEntry(theirs)}`,
    );
    if (reason !== undefined) out.note(`  ${reason}`);
  }
}

export function tellProblems(out: Output, problems: readonly Problem[]): void {
  for (const { path, code, message } of problems) {
    out.event({ event: 'problem', path, code, message });
    out.note(`${out.style('yellow', 'Problem:')} ${printable(path)}: ${message}`);
  }
}

/** What a sync did, in one line. */
export function summaryText(summary: SyncSummary): string {
  const { uploaded, downloaded, deletedLocal, deletedRemote, renamed, conflicts, problems, ms } = summary;
  const count = (n: number, text: string): string[] => (n === 0 ? [] : [`${grouped(n)} ${text}`]);
  const done = [
    ...count(uploaded, 'uploaded'),
    ...count(downloaded, 'downloaded'),
    ...count(renamed, 'renamed'),
    ...count(deletedRemote, 'deleted on the server'),
    ...count(deletedLocal, 'deleted here'),
  ];
  const left = [
    ...(conflicts === 0 ? [] : [plural(conflicts, 'conflict')]),
    ...(problems === 0 ? [] : [plural(problems, 'problem')]),
  ];
  const traffic = `${formatBytes(summary.bytesSent)} sent, ${formatBytes(summary.bytesReceived)} received`;
  const what = done.length === 0 ? 'Nothing to do' : done.join(', ');
  return `${[what, ...left].join(', ')} (${traffic}, ${formatDuration(ms)})`;
}
