import { SynclineError } from '../../server/protocol/errors.ts';
import type { SyncProgress } from '../sync/plan.ts';
import type { SyncOnceResult, TargetSync } from '../sync/syncTarget.ts';
import { askYes } from './askYes.ts';
import type { Cli } from './cli.ts';
import { EXIT } from './exitStatus.ts';
import { type Progress, progressBar } from './output/progressBar.ts';
import { summaryText, tellConflicts, tellProblems } from './syncText.ts';

/** One sync, with what it did and what remains. */
export async function syncOnce(
  cli: Cli,
  sync: Pick<TargetSync, 'syncOnce' | 'unmergedBecause'>,
  { yes }: { readonly yes?: boolean },
): Promise<void> {
  const { out } = cli;
  const { summary, conflicts, problems } = await run(cli, sync, yes ?? false);
  tellProblems(out, problems);
  tellConflicts(out, conflicts, (conflict) => sync.unmergedBecause(conflict));
  if (conflicts.length > 0)
    out.note('See “syncline conflicts” for both sides of each, and “syncline resolve” to decide.');
  out.result({ event: 'done', ...summary }, summaryText(summary));
  if (conflicts.length + problems.length > 0) cli.exitWith(EXIT.remaining);
}

async function run(cli: Cli, sync: Pick<TargetSync, 'syncOnce'>, confirmed: boolean): Promise<SyncOnceResult> {
  const { out, signal } = cli;
  const progress = progressBar(out, 'Looking');
  try {
    return await sync.syncOnce({ signal, confirmed, onProgress: (now) => show(progress, now) });
  } catch (error) {
    if (!(error instanceof SynclineError && error.code === 'BrakeStopped')) throw error;
    progress.stop();
    if (await askYes(cli, error.message, signal)) return await run(cli, sync, true);
    throw new SynclineError(
      'BrakeStopped',
      `${error.message} If that is meant, add --yes; --dry-run shows what would be done.`,
    );
  } finally {
    progress.stop();
  }
}

function show(progress: Progress, now: SyncProgress): void {
  if (now.phase === 'looking') return progress.begin('Looking');
  progress.begin(now.phase === 'uploading' ? 'Uploading' : 'Downloading', now.bytesTotal);
  progress.set(now.bytesDone);
}
