import * as l10n from '@vscode/l10n';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { joinWirePath, nameOf, parentOf, parseWirePath, type WirePath } from '../../../server/protocol/wirePath.ts';
import type { RemoteFiles } from '../../connect/remoteFiles.ts';
import { type Deletion, deletionText, remove, undo } from '../files/deletion.ts';
import { nameMessage, pathMessage } from '../files/fileUri.ts';
import type { CommandHandlers } from './commandIds.ts';
import { askText } from './input.ts';
import { filesOf } from './pickServer.ts';
import type { Services } from './services.ts';
import { type ServerPath, serverFolderFor, serverPathsFor } from './subject.ts';

type Names = 'rename' | 'delete' | 'newFolder';

/** Changes of what is on the server, each only if it is still what was seen. */
export function changeCommands(services: Services): Pick<CommandHandlers, Names> {
  const { messenger, servers } = services;

  function offerUndo(files: RemoteFiles, deletions: readonly Deletion[]): void {
    const putBack = async () => {
      for (const deletion of deletions) await undo(files, deletion);
    };
    const run = () => void putBack().catch((error: unknown) => messenger.report(l10n.t('undo the deletion'), error));
    messenger.inform(deletionText(deletions), { label: l10n.t('Undo'), run });
  }

  return {
    async rename(subject, newName) {
      const [from] = await serverPathsFor(services, [subject], l10n.t('Rename'));
      if (!from) return undefined;
      const to = typeof newName === 'string' ? siblingOrPath(from.path, newName) : await askNewName(from.path);
      const files = await filesOf(servers, from.place);
      const { entry } = await files.stat(from.path);
      await files.rename(from.path, to, entry, null);
      return to;
    },

    async delete(...args) {
      const paths = topmost(await serverPathsFor(services, args, l10n.t('Delete')));
      const [first] = paths;
      if (!first) return undefined;
      const files = await filesOf(servers, first.place);
      const deletions: Deletion[] = [];
      try {
        for (const { path } of paths) deletions.push(await remove(files, path));
      } finally {
        if (deletions.length > 0) offerUndo(files, deletions);
      }
      return deletions.map(({ path }) => path);
    },

    async newFolder(subject, name) {
      const parent = await serverFolderFor(services, subject);
      const given =
        typeof name === 'string'
          ? name
          : await askText({
              title: l10n.t('Syncline: New Folder'),
              prompt: l10n.t('In {0}', parent.path ?? parent.place.label),
              placeHolder: l10n.t('Name; “a/b” makes both'),
              check: pathMessage,
            });
      const path = parseWirePath(parent.path === undefined ? given : `${parent.path}/${given}`);
      await (await filesOf(servers, parent.place)).makeDirectory(path);
      return path;
    },
  };
}

/** A name stays in its folder; with a slash it is a path from the share's root, and the rename a move. */
function siblingOrPath(from: WirePath, text: string): WirePath {
  return text.includes('/') ? parseWirePath(text) : joinWirePath(parentOf(from), text);
}

async function askNewName(from: WirePath): Promise<WirePath> {
  const name = nameOf(from);
  const dot = name.lastIndexOf('.');
  const to = await askText({
    title: l10n.t('Syncline: Rename “{0}”', name),
    prompt: l10n.t('New name; or a path from the share’s root, to move it'),
    value: name,
    selection: [0, dot > 0 ? dot : name.length],
    check: (text) => (text.includes('/') ? pathMessage(text) : nameMessage(text)),
  });
  if (to === name) throw new SynclineError('Cancelled');
  return siblingOrPath(from, to);
}

/** Without what lies below another of the paths: that goes with it. */
function topmost(paths: readonly ServerPath[]): ServerPath[] {
  return paths.filter(({ path }) => !paths.some((other) => path.startsWith(`${other.path}/`)));
}
