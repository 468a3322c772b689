import * as l10n from '@vscode/l10n';
import type { TreeView } from 'vscode';
import type { ProductionGuard } from '../production/productionGuard.ts';
import { bare, PRODUCTION } from '../status/statusText.ts';
import type { Places } from '../servers/places.ts';
import type { Servers } from '../servers/servers.ts';
import type { Row } from './rows.ts';

/** Says above the tree what the rows cannot: which place they are of, and that they may be out of date. */
export function serverFilesMessage(
  view: TreeView<Row>,
  places: Places,
  servers: Servers,
  guard: ProductionGuard,
): { dispose(): void } {
  const update = () => {
    const [only] = places.all;
    const mark = only && guard.isProduction(only.address) ? `${PRODUCTION} · ` : '';
    view.description = places.all.length === 1 && only ? `${mark}${bare(only.address.label)}` : '';
    // above an empty tree it would take the place of what the view says then
    const isEmpty = places.all.length === 1 && only?.hasRows === false;
    const offline = places.all.filter(({ address }) => !isEmpty && servers.get(address.url)?.state.kind !== 'online');
    view.message =
      offline.length > 0
        ? l10n.t('Not connected to {0} right now.', hosts(offline.map(({ address }) => address.url)))
        : '';
  };
  const listening = [places, servers, guard].map((each) => each.onDidChange(update));
  update();
  return { dispose: () => listening.forEach((each) => each.dispose()) };
}

const hosts = (urls: readonly string[]) => [...new Set(urls.map(bare))].join(', ');
