import * as l10n from '@vscode/l10n';
import { isSound } from '../../sync/verification.ts';
import { withProgress } from '../messages/progress.ts';
import { verificationDocument, verificationSummary } from '../targets/verificationText.ts';
import type { CommandHandlers } from './commandIds.ts';
import type { Services } from './services.ts';
import { showDocument } from './showText.ts';
import { chosenTargets } from './subject.ts';

/** Reading everything again, on both sides, and bringing in line what differs. */
export function verifyCommands(services: Services): Pick<CommandHandlers, 'verifyWorkspace'> {
  const { messenger } = services;
  return {
    /** Returns the result of each target as text. `options.repair`: what was found is repaired without being asked about. */
    async verifyWorkspace(subject, options) {
      const repairs = typeof options === 'object' && options !== null && 'repair' in options && options.repair === true;
      const documents: string[] = [];
      for (const target of chosenTargets(services, subject)) {
        const { name } = target.folder;
        const verification = await withProgress(l10n.t('Reading both sides of “{0}”', name), (signal, progress) =>
          target.verify({
            signal,
            onProgress: (side, files) =>
              progress.say(`${files.toLocaleString('en')} ${side === 'local' ? 'here' : l10n.t('on the server')}`),
          }),
        );
        documents.push(verificationDocument(l10n.t('“{0}” and {1}', name, target.address.label), verification));
        const text = `“${name}”: ${verificationSummary(verification)}.`;
        if (isSound(verification)) messenger.inform(text);
        else if (repairs) await target.repair(verification);
        else {
          const repair = (): void =>
            void target
              .repair(verification)
              .catch((error: unknown) => messenger.report(l10n.t('repair “{0}”', name), error));
          messenger.warn(text, { label: l10n.t('Repair'), run: repair });
        }
      }
      await showDocument(l10n.t('Syncline: Verify Workspace'), documents.join('\n\n'));
      return documents;
    },
  };
}
