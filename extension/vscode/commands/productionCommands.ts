import * as l10n from '@vscode/l10n';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { ServerAddress } from '../../connect/target.ts';
import { parseTarget } from '../../connect/target.ts';
import { isRow } from '../files/rows.ts';
import { addMark, removeMarks } from '../production/productionSettings.ts';
import { isTarget } from '../targets/targetsTree.ts';
import type { CommandHandlers } from './commandIds.ts';
import { askOne } from './input.ts';
import type { Services } from './services.ts';

type Names = 'markProduction' | 'unmarkProduction' | 'allowProductionWrites';

/** Declaring places production, and agreeing to write to them. Each takes a row of a view or an address, or asks. */
export function productionCommands(services: Services): Pick<CommandHandlers, Names> {
  const { guard } = services;

  return {
    /** Returns the address. */
    async markProduction(subject) {
      const address = await placeFor(
        services,
        subject,
        l10n.t('Mark as Production'),
        (each) => !guard.isProduction(each),
      );
      if (!guard.isProduction(address)) await addMark(address);
      return address.label;
    },

    async unmarkProduction(subject) {
      const address = await placeFor(services, subject, l10n.t('Remove Production Mark'), (each) =>
        guard.isProduction(each),
      );
      await removeMarks(address);
      guard.refresh();
      if (guard.isProduction(address))
        throw new SynclineError(
          'Usage',
          l10n.t('The settings of the workspace mark this target as production; change it there.'),
        );
      return address.label;
    },

    /** For the rest of the session. */
    async allowProductionWrites(subject) {
      const { url } = await placeFor(services, subject, l10n.t('Allow Writing to Production'), (each) =>
        guard.holds(each),
      );
      guard.allow(url);
      return url;
    },
  };
}

async function placeFor(
  { places, targets }: Services,
  subject: unknown,
  title: string,
  fits: (address: ServerAddress) => boolean,
): Promise<ServerAddress> {
  if (isTarget(subject)) return subject.address;
  if (isRow(subject)) return subject.place.address;
  if (typeof subject === 'string') return parseTarget(subject);
  const known = [...targets.all.map(({ address }) => address), ...places.all.map(({ address }) => address)];
  const fitting = [...new Map(known.filter(fits).map((address) => [address.label, address])).values()];
  const [only] = fitting;
  if (!only) throw new SynclineError('Usage', l10n.t('There is no place that this applies to.'));
  if (fitting.length === 1) return only;
  const items = fitting.map((address) => ({ label: address.label, address }));
  return (await askOne(items, { title: `Syncline: ${title}`, placeHolder: l10n.t('Which place?') })).address;
}
