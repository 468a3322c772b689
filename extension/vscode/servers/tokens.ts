import * as l10n from '@vscode/l10n';
import type { SecretStorage } from 'vscode';
import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';

/** One token per server, kept by the editor's secret storage and nowhere else. */
export class Tokens {
  readonly #secrets: SecretStorage;

  constructor(secrets: SecretStorage) {
    this.#secrets = secrets;
  }

  async get(url: string): Promise<string | undefined> {
    return this.#secrets.get(keyOf(url));
  }

  async set(url: string, token: string): Promise<void> {
    await this.#secrets.store(keyOf(url), token);
  }

  /**
   * Asks the person for the token of a server and keeps it.
   * @throws SynclineError `Cancelled`
   */
  async ask(url: string): Promise<string> {
    const token = await vscode.window.showInputBox({
      title: l10n.t('Token for {0}', url),
      prompt: l10n.t('The server keeps it in the file that it names when it starts.'),
      password: true,
      ignoreFocusOut: true,
      validateInput: (text) => tokenMessage(text.trim()),
    });
    if (token === undefined) throw new SynclineError('Cancelled');
    await this.set(url, token.trim());
    return token.trim();
  }

  async getOrAsk(url: string): Promise<string> {
    return (await this.get(url)) ?? (await this.ask(url));
  }
}

const keyOf = (url: string) => `syncline.token:${url}`;

function tokenMessage(token: string): string | undefined {
  if (token === '') return l10n.t('Enter the token.');
  return /\s/.test(token) ? l10n.t('A token has no blanks in it.') : undefined;
}
