import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { nameOf } from '../../../server/protocol/wirePath.ts';
import { parseTarget } from '../../connect/target.ts';
import { lastPart, partFrom, partTitle, readOffset } from '../files/partChoice.ts';
import { isRow } from '../files/rows.ts';
import { partUri } from '../files/serverFileSystem.ts';
import { openAsFolder } from '../files/shareFolders.ts';
import type { CommandHandlers } from './commandIds.ts';
import { askOne, askText } from './input.ts';
import { filesOf } from './pickServer.ts';
import type { Services } from './services.ts';
import { pickPlace, serverPathsFor } from './subject.ts';

/** Working on the server's files without a copy of them here. */
export function shareCommands(services: Services): Pick<CommandHandlers, 'openShareFolder' | 'openServerPart'> {
  const { servers, connector } = services;

  return {
    async openShareFolder(subject) {
      const address = isRow(subject)
        ? subject.place.address
        : typeof subject === 'string'
          ? (await connector.connect(parseTarget(subject))).address
          : await pickPlace(services);
      openAsFolder(address);
      return address.label;
    },

    /** `at`: the byte to begin with; asked for when it is left out. */
    async openServerPart(subject, at) {
      const [file] = await serverPathsFor(services, [subject], l10n.t('Open Part of File'));
      if (!file) return undefined;
      const { place, path } = file;
      const { entry } = await (await filesOf(servers, place)).stat(path);
      if (entry.kind !== 'file') throw new SynclineError('NotAFile');
      const part = typeof at === 'number' ? partFrom(entry.size, at) : await askPart(entry.size, nameOf(path));
      const uri = partUri({ ...place, path }, entry, part);
      await vscode.commands.executeCommand(
        'vscode.open',
        uri,
        { preview: true },
        partTitle(nameOf(path), part, entry.size),
      );
      return uri;
    },
  };
}

async function askPart(size: number, name: string): Promise<{ readonly from: number; readonly to: number }> {
  const title = l10n.t('Syncline: Open Part of “{0}”', name);
  const items = [
    { label: l10n.t('Beginning'), part: partFrom(size, 0) },
    { label: l10n.t('End'), part: lastPart(size) },
    { label: l10n.t('Another Place…'), part: undefined },
  ];
  const { part } = await askOne(items, { title, placeHolder: l10n.t('Which part?') });
  if (part) return part;
  const text = await askText({
    title,
    prompt: l10n.t('Where to begin: bytes, or a share of the file'),
    placeHolder: '50%',
    check: (typed) => (readOffset(typed, size) === undefined ? l10n.t('For example: 1200000, 1.2 GB, 50%') : undefined),
  });
  return partFrom(size, readOffset(text, size) ?? 0);
}
