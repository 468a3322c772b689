import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { parseTarget } from '../../connect/target.ts';
import type { Messenger } from '../messages/messenger.ts';
import { commandId } from '../commands/commandIds.ts';
import { addressOfConnectLink } from './connectLink.ts';

/** Opens `vscode://syncline.syncline/connect?url=…` links, after the person has seen the address and agreed. */
export class LinkHandler implements vscode.UriHandler {
  readonly #messenger: Messenger;

  constructor(messenger: Messenger) {
    this.#messenger = messenger;
  }

  async handleUri(uri: vscode.Uri): Promise<void> {
    try {
      const address = parseTarget(addressOfConnectLink(uri.path, uri.query));
      this.#messenger.inform(l10n.t('A link asks Syncline to connect to {0}.', address.label), {
        label: l10n.t('Connect'),
        run: () => void vscode.commands.executeCommand(commandId('connect'), address.label),
      });
    } catch (error) {
      this.#messenger.report(l10n.t('open the link'), error);
    }
  }
}
