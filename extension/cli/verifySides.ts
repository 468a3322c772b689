import { printable } from '../../server/protocol/wirePath.ts';
import type { SyncOnceOptions } from '../sync/syncTarget.ts';
import { isSound, type SideVerification, type Verification } from '../sync/verification.ts';
import type { Cli } from './cli.ts';
import { describeEntry } from './entryText.ts';
import { EXIT } from './exitStatus.ts';
import { grouped, plural } from './output/format.ts';
import { progressBar } from './output/progressBar.ts';
import { showPlan } from './showPlan.ts';
import { syncOnce } from './syncOnce.ts';
import { tellPlan, tellProblems } from './syncText.ts';
import { readTarget, type TargetOptions, type TargetSession, withTarget } from './targetSession.ts';

interface RepairOptions extends TargetOptions {
  readonly repair?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** Reads both sides of a target again, tells what is not as it should be, and repairs it where that is asked for. */
export async function verifySides(cli: Cli, local: string, target: string, options: RepairOptions): Promise<void> {
  await withTarget(cli, readTarget(cli, local, target), options, async ({ sync }) => {
    const verification = await read(cli, sync);
    tellDrift(cli, verification);
    if (!options.repair) tellPlan(cli.out, verification.plan);
    tellVerdict(cli, verification);
    if (options.repair && !options.dryRun) {
      const repairing = {
        syncOnce: (once?: SyncOnceOptions) => sync.repair(verification, once),
        unmergedBecause: () => undefined,
      };
      return syncOnce(cli, repairing, options);
    }
    if (options.repair) return showPlan(cli, verification.plan);
    if (!isSound(verification)) cli.exitWith(EXIT.remaining);
  });
}

async function read({ out, signal }: Cli, sync: TargetSession['sync']): Promise<Verification> {
  const progress = progressBar(out, 'Reading both sides');
  try {
    return await sync.verify({ signal });
  } finally {
    progress.stop();
  }
}

function tellDrift({ out }: Cli, { local, remote }: Verification): void {
  const tell = (side: 'local' | 'remote', { drift }: SideVerification, record: string): void => {
    for (const { path, indexed, found } of drift) {
      const text = `${record} ${describeEntry(indexed)}, the disk holds ${describeEntry(found)}`;
      out.result({ event: 'drift', side, path, indexed, found }, `${printable(path)}: ${text}`);
    }
  };
  tell('local', local, 'changed here without a trace: it was');
  tell('remote', remote, 'on the server the index said');
  tellProblems(out, local.problems);
}

function tellVerdict({ out }: Cli, { local, remote, plan }: Verification): void {
  const differing = plan.toLocal.length + plan.toRemote.length;
  const drift = local.drift.length + remote.drift.length;
  const counts = { conflicts: plan.conflicts.length, problems: local.problems.length + plan.problems.length };
  const words = [
    drift === 0 ? 'all as it was on record' : `${plural(drift, 'file')} not as on record`,
    differing === 0 ? 'both sides agree' : `${plural(differing, 'change')} would bring both sides in line`,
    ...(counts.conflicts === 0 ? [] : [plural(counts.conflicts, 'conflict')]),
    ...(counts.problems === 0 ? [] : [plural(counts.problems, 'problem')]),
  ];
  out.result(
    { event: 'verified', checkedLocal: local.checked, checkedRemote: remote.checked, drift, differing, ...counts },
    `${plural(local.checked, 'file')} read here, ${grouped(remote.checked)} on the server: ${words.join(', ')}`,
  );
}
