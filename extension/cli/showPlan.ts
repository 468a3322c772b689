import { SynclineError } from '../../server/protocol/errors.ts';
import type { Plan } from '../sync/plan.ts';
import { summarize } from '../sync/syncSummary.ts';
import type { Cli } from './cli.ts';
import { EXIT } from './exitStatus.ts';
import { plannedOperations, summaryText, tellPlan } from './syncText.ts';

/** What would be done, told like what a sync does. @throws SynclineError `BrakeStopped` when a sync would stop and ask */
export function showPlan({ out, exitWith }: Cli, plan: Plan): void {
  const planned = plannedOperations(plan);
  tellPlan(out, plan);
  const summary = summarize(planned, plan, { bytesSent: 0, bytesReceived: 0, ms: 0 });
  const [counts] = summaryText(summary).split(' (');
  out.result({ event: 'done', ...summary, dryRun: true }, `Dry run: ${counts}. Nothing was changed.`);
  if (plan.brake) {
    throw new SynclineError('BrakeStopped', `A sync would stop and ask: ${plan.brake.message} --yes lets it go on.`);
  }
  if (plan.conflicts.length + plan.problems.length > 0) exitWith(EXIT.remaining);
}
