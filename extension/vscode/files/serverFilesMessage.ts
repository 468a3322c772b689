import type { TreeView } from 'vscode';
import { bare } from '../status/statusText.ts';
import type { Places } from '../servers/places.ts';
import type { Servers } from '../servers/servers.ts';
import type { Row } from './rows.ts';

/** Says above the tree what the rows cannot: which place they are of, and that they may be out of date. */
export function serverFilesMessage(view: TreeView<Row>, places: Places, servers: Servers): { dispose(): void } {
  const update = () => {
    const [only] = places.all;
    view.description = places.all.length === 1 && only ? bare(only.address.label) : '';
    const offline = places.all.filter(({ address }) => servers.get(address.url)?.state.kind !== 'online');
    view.message =
      offline.length > 0 ? `Not connected to ${hosts(offline.map(({ address }) => address.url))} right now.` : '';
  };
  const listening = [places.onDidChange(update), servers.onDidChange(update)];
  update();
  return { dispose: () => listening.forEach((each) => each.dispose()) };
}

const hosts = (urls: readonly string[]) => [...new Set(urls.map(bare))].join(', ');
