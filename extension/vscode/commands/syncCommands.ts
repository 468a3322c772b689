import * as l10n from '@vscode/l10n';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { WorkspaceTarget } from '../targets/workspaceTarget.ts';
import type { CommandHandlers } from './commandIds.ts';
import type { Services } from './services.ts';
import { chosenTargets, localFilesFor, serverPathsFor } from './subject.ts';

type Names = 'syncNow' | 'pauseAutoSync' | 'resumeAutoSync' | 'explainFile';

export function syncCommands(services: Services): Pick<CommandHandlers, Names> {
  const { targets, messenger } = services;

  const chosen = (subject: unknown): readonly WorkspaceTarget[] => chosenTargets(services, subject);

  return {
    /** One target that fails does not keep the others from being synced. */
    async syncNow(subject, options) {
      const confirmed =
        typeof options === 'object' && options !== null && (options as { confirmed?: unknown }).confirmed === true;
      const outcomes = await Promise.allSettled(chosen(subject).map((target) => target.syncNow({ confirmed })));
      const failures = outcomes.filter((outcome) => outcome.status === 'rejected');
      for (const { reason } of failures.slice(1)) messenger.report(l10n.t('sync'), reason);
      if (failures[0]) throw SynclineError.from(failures[0].reason);
      return outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : undefined));
    },

    async pauseAutoSync(subject) {
      for (const target of chosen(subject)) await target.pause();
    },

    async resumeAutoSync(subject) {
      for (const target of chosen(subject)) await target.resume();
    },

    async explainFile(...args) {
      const [local] = localFilesFor(services, args);
      if (local) {
        if (!local.target)
          throw new SynclineError('Usage', l10n.t('“{0}” is in no folder that is synced.', local.uri.fsPath));
        return tell(await local.target.explain(local.uri.fsPath));
      }
      const [file] = await serverPathsFor(services, args, l10n.t('Explain File'));
      const paired = file && targets.ofServerPath(file.place, file.path);
      if (paired) return tell(await paired.target.explain(paired.file));
      throw new SynclineError('Usage', l10n.t('No folder of this workspace syncs with this place.'));
    },
  };

  function tell(explanation: string): string {
    messenger.inform(explanation);
    return explanation;
  }
}
