import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { DEFAULT_PORT } from '../../../server/protocol/limits.ts';
import { parseTarget, type ServerAddress } from '../../connect/target.ts';
import { PRODUCTION_COLOR } from '../production/productionColor.ts';
import { addMark } from '../production/productionSettings.ts';
import { PRODUCTION } from '../status/statusText.ts';
import { inWords } from '../messages/errorText.ts';
import { commandId } from './commandIds.ts';
import type { Services } from './services.ts';

const TITLE = l10n.t('Syncline: Connect');
const ADDRESS_FORM = l10n.t('ws://HOST:PORT/SHARE or wss://HOST:PORT/SHARE, with /DIR for a folder in it');
const MARK: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('lock'),
  tooltip: l10n.t('Mark as Production: you are asked before the first write of each session'),
};
const UNMARK: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('unlock'),
  tooltip: l10n.t('Remove Production Mark'),
};

/**
 * Where to connect to: one of the known places, or one that is typed in. Either can be declared production before anything is
 * connected. Undefined when the local server was started instead.
 * @throws SynclineError `Cancelled`
 */
export async function askAddress(services: Services): Promise<string | undefined> {
  const { recentAddresses, targets } = services;
  const known = new Set([...targets.all.map(({ address }) => address.label), ...recentAddresses.all()]);
  if (known.size === 0) return askNewAddress();
  const addresses = [...known].map((label) => parseTarget(label));
  const { label, other } = await askKnown(services, addresses);
  if (other === 'new') return askNewAddress();
  if (other === undefined) return label;
  await vscode.commands.executeCommand(commandId('startLocalServer'));
  return undefined;
}

interface PlaceItem extends vscode.QuickPickItem {
  readonly address?: ServerAddress;
  readonly other?: 'new' | 'local';
}

const OTHERS: readonly PlaceItem[] = [
  { label: l10n.t('Enter an address…'), iconPath: new vscode.ThemeIcon('edit'), other: 'new' },
  { label: l10n.t('Start a local server'), iconPath: new vscode.ThemeIcon('server-process'), other: 'local' },
];

/** The button of a place takes effect at once, and the list stays. */
function askKnown({ guard }: Services, known: readonly ServerAddress[]): Promise<PlaceItem> {
  const pick = vscode.window.createQuickPick<PlaceItem>();
  const show = () => {
    pick.items = [...known.map((address) => placeItem(address, guard.isProduction(address))), ...OTHERS];
  };
  pick.title = TITLE;
  pick.placeholder = l10n.t('Where to?');
  pick.matchOnDescription = true;
  show();
  const { promise, resolve, reject } = Promise.withResolvers<PlaceItem>();
  const following = guard.onDidChange(show);
  pick.onDidTriggerItemButton(({ item, button }) => {
    if (item.address) void vscode.commands.executeCommand(markCommand(button), item.address.label);
  });
  pick.onDidAccept(() => {
    const [item] = pick.selectedItems;
    if (item) resolve(item);
    pick.hide();
  });
  pick.onDidHide(() => reject(new SynclineError('Cancelled')));
  pick.show();
  return promise.finally(() => {
    following.dispose();
    pick.dispose();
  });
}

/** The command also says why a mark stays that the settings of the workspace set. */
const markCommand = (button: vscode.QuickInputButton): string =>
  commandId(button.tooltip === UNMARK.tooltip ? 'unmarkProduction' : 'markProduction');

function placeItem(address: ServerAddress, isProduction: boolean): PlaceItem {
  return {
    label: address.label,
    iconPath: new vscode.ThemeIcon('server', isProduction ? PRODUCTION_COLOR : undefined),
    ...(isProduction && { description: PRODUCTION }),
    buttons: [isProduction ? UNMARK : MARK],
    address,
  };
}

/** The mark is set before anything is connected, and stays when that fails: the next attempt is about the same place. */
async function askNewAddress(): Promise<string> {
  const host = `127.0.0.1:${DEFAULT_PORT}`;
  const box = vscode.window.createInputBox();
  let isProduction = false;
  const show = () => {
    box.title = isProduction ? `${TITLE} · ${PRODUCTION}` : TITLE;
    box.buttons = [isProduction ? UNMARK : MARK];
  };
  box.prompt = ADDRESS_FORM;
  box.value = `ws://${host}/files`;
  box.valueSelection = [box.value.indexOf(host), box.value.indexOf(host) + host.length];
  box.ignoreFocusOut = true;
  show();
  const { promise, resolve, reject } = Promise.withResolvers<ServerAddress>();
  box.onDidTriggerButton(() => {
    isProduction = !isProduction;
    show();
  });
  box.onDidChangeValue((text) => {
    const read = text.trim() === '' ? undefined : readAddress(text);
    box.validationMessage = read && 'fault' in read ? read.fault : undefined;
  });
  box.onDidAccept(() => {
    const read = readAddress(box.value);
    if ('fault' in read) {
      box.validationMessage = read.fault;
      return;
    }
    resolve(read);
    box.hide();
  });
  box.onDidHide(() => reject(new SynclineError('Cancelled')));
  box.show();
  const address = await promise.finally(() => box.dispose());
  if (isProduction) await addMark(address);
  return address.label;
}

function readAddress(text: string): ServerAddress | { readonly fault: string } {
  try {
    return parseTarget(text.trim());
  } catch (error) {
    const { code, message } = SynclineError.from(error);
    return { fault: code === 'Usage' ? l10n.t('This is no address. Write {0}', ADDRESS_FORM) : inWords(message) };
  }
}
