import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { actionsFor, type ErrorAction } from './errorActions.ts';
import { batchText, type Failure, failureText } from './failureText.ts';
import { logError } from './logError.ts';

/** What each button of a failure's message does; `server` is the url of the server it is about, where that is known. */
export type ErrorActionHandlers = Readonly<Record<Exclude<ErrorAction, 'Retry'>, (server?: string) => unknown>>;

export interface ReportOptions {
  readonly retry?: (() => void) | undefined;
  readonly server?: string | undefined;
}

/** A button with what it does. */
export interface Offer {
  readonly label: string;
  run(): void;
}

/**
 * Everything Syncline says in a notification. No method waits for an answer: commands end when their work is done, and a
 * button starts what it offers whenever it is pressed.
 */
export class Messenger {
  readonly #log: vscode.LogOutputChannel;
  readonly #actions: ErrorActionHandlers;

  constructor(log: vscode.LogOutputChannel, actions: ErrorActionHandlers) {
    this.#log = log;
    this.#actions = actions;
  }

  /** One message for one failure, with what can be done about it. A cancelled operation needs none. */
  report(doing: string, error: unknown, { retry, server }: ReportOptions = {}): void {
    const coded = SynclineError.from(error);
    if (coded.code === 'Cancelled') return;
    logError(this.#log, failureText(doing, coded), error);
    const offers = actionsFor(coded.code, retry !== undefined).map((label) => ({
      label,
      run: label === 'Retry' ? () => retry?.() : () => void this.#act(label, server, retry),
    }));
    this.#show(vscode.window.showErrorMessage, failureText(doing, coded), offers);
  }

  /** One message for all items of a batch that failed; each is in the log. */
  reportBatch(doing: string, failures: readonly Failure[], total: number, retry?: () => void): void {
    if (failures.length === 0) return;
    for (const { subject, message } of failures) this.#log.error(`Could not ${doing} “${subject}”: ${message}`);
    const offers = [
      ...(retry ? [{ label: 'Retry', run: retry }] : []),
      { label: 'Show Log', run: () => this.#actions['Show Log']() },
    ];
    this.#show(vscode.window.showWarningMessage, batchText(doing, failures, total), offers);
  }

  inform(text: string, ...offers: readonly Offer[]): void {
    this.#log.info(text);
    this.#show(vscode.window.showInformationMessage, text, offers);
  }

  warn(text: string, ...offers: readonly Offer[]): void {
    this.#log.warn(text);
    this.#show(vscode.window.showWarningMessage, text, offers);
  }

  /** With a new token what failed is tried again. */
  async #act(
    label: Exclude<ErrorAction, 'Retry'>,
    server: string | undefined,
    retry: (() => void) | undefined,
  ): Promise<void> {
    await this.#actions[label](server);
    if (label === 'Set Token') retry?.();
  }

  #show(
    show: (text: string, ...labels: string[]) => Thenable<string | undefined>,
    text: string,
    offers: readonly Offer[],
  ): void {
    const labels = offers.map(({ label }) => l10n.t(label));
    const chosen = (label: string | undefined) => offers[labels.findIndex((each) => each === label)]?.run();
    show(text, ...labels).then(chosen, (error: unknown) => {
      logError(this.#log, 'A message could not be shown', error);
    });
  }
}
