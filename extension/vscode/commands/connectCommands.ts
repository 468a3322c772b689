import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { parseTarget, type ServerAddress } from '../../connect/target.ts';
import { isRow } from '../files/rows.ts';
import { askAddress } from './askAddress.ts';
import { commandId, type CommandHandlers } from './commandIds.ts';
import { askOne } from './input.ts';
import type { Services } from './services.ts';
import { folderToSync } from './syncFolder.ts';

type Names = 'connect' | 'disconnect' | 'setToken' | 'startLocalServer';

export function connectCommands(services: Services): Pick<CommandHandlers, Names> {
  const { servers, places, targets, tokens, connector, messenger, recentAddresses, localServer } = services;

  /** The address, or undefined when it did not work and the person has been told. */
  async function connectTo(address: ServerAddress): Promise<string | undefined> {
    const wasShown = places.get(address.label) !== undefined;
    try {
      const title = l10n.t('Connecting to {0}', address.label);
      await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
        connector.connect(address),
      );
    } catch (error) {
      const retry = () => void vscode.commands.executeCommand(commandId('connect'), address.label);
      messenger.report(l10n.t('connect to {0}', address.label), error, { retry, server: address.url });
      return undefined;
    }
    recentAddresses.add(address.label);
    await targets.connect(address.url);
    if (!wasShown) offerToSync(services, address);
    return address.label;
  }

  return {
    async connect(argument) {
      const text = typeof argument === 'string' ? argument : await askAddress(services);
      if (text === undefined) return undefined;
      return connectTo(parseTarget(text));
    },

    async disconnect(argument) {
      const url = isRow(argument)
        ? argument.place.address.url
        : typeof argument === 'string'
          ? argument
          : await pickConnected(servers.urls);
      await targets.disconnect(url);
      places.disconnect(url);
      return url;
    },

    async setToken(argument) {
      const known = new Set([...servers.urls, ...recentAddresses.all().map((label) => parseTarget(label).url)]);
      const url = typeof argument === 'string' ? argument : await pickConnected([...known]);
      await tokens.ask(url);
      servers.get(url)?.retry();
      return url;
    },

    async startLocalServer() {
      const running = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Window, title: l10n.t('Starting the local server') },
        () => localServer.start(),
      );
      const address = parseTarget(`${running.url}/${running.share}`);
      await tokens.set(address.url, running.token);
      servers.get(address.url)?.retry();
      return connectTo(address);
    },
  };
}

async function pickConnected(urls: readonly string[]): Promise<string> {
  const [only] = urls;
  if (only === undefined) throw new SynclineError('Usage', l10n.t('Syncline is not connected to a server.'));
  if (urls.length === 1) return only;
  return (
    await askOne(
      urls.map((label) => ({ label })),
      { title: 'Syncline', placeHolder: l10n.t('Which server?') },
    )
  ).label;
}

/** A folder that is not synced yet is what most people connect for. */
function offerToSync(services: Services, address: ServerAddress): void {
  const folder = folderToSync(services);
  if (!folder) return;
  services.messenger.inform(l10n.t('Connected to {0}.', address.label), {
    label: l10n.t('Sync “{0}”', folder.name),
    run: () => void vscode.commands.executeCommand(commandId('syncFolder'), folder.uri, address.label),
  });
}
