import * as vscode from 'vscode';
import { commandId } from '../commands/commandIds.ts';
import { PRODUCTION_COLOR } from '../production/productionColor.ts';
import type { ProductionGuard } from '../production/productionGuard.ts';
import type { Places } from '../servers/places.ts';
import type { Servers } from '../servers/servers.ts';
import { Soon } from '../soon.ts';
import type { TargetHub } from '../targets/targetHub.ts';
import { statusBarText } from './statusText.ts';

/** So often the progress of a sync is shown, milliseconds. */
const PROGRESS_MS = 200;

/** State and target, always visible; a click opens the menu. */
export class StatusBar {
  readonly #item: vscode.StatusBarItem;
  readonly #listening: { dispose(): void }[];

  constructor(targets: TargetHub, places: Places, servers: Servers, guard: ProductionGuard) {
    this.#item = vscode.window.createStatusBarItem('syncline.status', vscode.StatusBarAlignment.Left, 50);
    this.#item.name = 'Syncline';
    this.#item.command = commandId('showStatus');
    const update = () => {
      const connected = places.all.filter(({ address }) => servers.get(address.url)?.state.kind === 'online');
      this.#show(
        statusBarText(
          targets.shown,
          connected.map(({ address }) => ({ label: address.label, isProduction: guard.isProduction(address) })),
          vscode.workspace.isTrusted,
        ),
      );
    };
    const soon = new Soon(PROGRESS_MS, update);
    this.#listening = [
      soon,
      targets.onDidChange(update),
      targets.onDidProgress(() => soon.ask()),
      places.onDidChange(update),
      servers.onDidChange(update),
      guard.onDidChange(update),
      vscode.workspace.onDidGrantWorkspaceTrust(update),
    ];
    update();
    this.#item.show();
  }

  dispose(): void {
    for (const each of this.#listening) each.dispose();
    this.#item.dispose();
  }

  #show({ text, spoken, tooltip, severity, isProduction }: ReturnType<typeof statusBarText>): void {
    this.#item.text = text;
    this.#item.tooltip = tooltip;
    this.#item.accessibilityInformation = { label: spoken, role: 'button' };
    const color = severity === 'none' ? undefined : new vscode.ThemeColor(`statusBarItem.${severity}Background`);
    this.#item.backgroundColor = color;
    this.#item.color = isProduction ? PRODUCTION_COLOR : undefined;
  }
}
