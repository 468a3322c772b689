import * as vscode from 'vscode';
import type { ProductionGuard } from './production/productionGuard.ts';
import type { Places } from './servers/places.ts';
import type { Servers } from './servers/servers.ts';
import type { TargetHub } from './targets/targetHub.ts';

/** Keeps the keys that menus and welcome texts in package.json ask for. */
export function followContextKeys(
  places: Places,
  servers: Servers,
  targets: TargetHub,
  guard: ProductionGuard,
): { dispose(): void }[] {
  const told = new Map<string, boolean>();
  const tell = (key: string, value: boolean) => {
    if (told.get(key) === value) return;
    told.set(key, value);
    void vscode.commands.executeCommand('setContext', `syncline.${key}`, value);
  };
  const update = () => {
    tell('connected', places.all.length > 0);
    tell(
      'online',
      places.all.some(({ address }) => servers.get(address.url)?.state.kind === 'online'),
    );
    tell('hasTargets', targets.all.length > 0);
    tell(
      'paused',
      targets.all.some(({ isPaused }) => isPaused),
    );
    tell(
      'hasConflicts',
      targets.all.some(({ conflicts }) => conflicts.length > 0),
    );
  };
  const follow = () => {
    update();
    tell(
      'hasProduction',
      places.all.some(({ address }) => guard.isProduction(address)),
    );
    tell(
      'holdsWrites',
      places.all.some(({ address }) => guard.holds(address)),
    );
  };
  follow();
  return [places, servers, targets, guard].map((each) => each.onDidChange(follow));
}
