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
      this.#messenger.inform(`A link asks Syncline to connect to ${address.label}.`, {
        label: 'Connect',
        run: () => void vscode.commands.executeCommand(commandId('connect'), address.label),
      });
    } catch (error) {
      this.#messenger.report('open the link', error);
    }
  }
}
