import { basename } from 'node:path';
import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { joinWirePath, nameOf, parentOf, parseWirePath, type WirePath } from '../../../server/protocol/wirePath.ts';
import { nameMessage, pathMessage } from '../files/fileUri.ts';
import { change, type Deletion, deletionText, remove, requireEntry, type Share, undo } from '../files/shareChanges.ts';
import type { CommandHandlers } from './commandIds.ts';
import { askText } from './input.ts';
import { clientOf } from './pickServer.ts';
import type { Services } from './services.ts';
import { type ServerPath, serverFolderFor, serverPathsFor } from './subject.ts';

type Names = 'rename' | 'delete' | 'newFolder';

/** Changes of what is on the server, each only if it is still what was seen. */
export function changeCommands(services: Services): Pick<CommandHandlers, Names> {
  const { messenger } = services;

  const shareOf = async ({ place }: ServerPath): Promise<Share> => ({
    client: await clientOf(services.servers, place.url),
    share: place.share,
  });

  function offerUndo(share: Share, deletions: readonly Deletion[]): void {
    messenger.inform(deletionText(deletions), {
      label: 'Undo',
      run: () => {
        const restored = deletions.reduce(
          (done, deletion) => done.then(() => undo(share, deletion)),
          Promise.resolve(),
        );
        restored.catch((error: unknown) => messenger.report('undo the deletion', error));
      },
    });
  }

  return {
    async rename(subject, newName) {
      const [from] = await serverPathsFor(services, [subject], 'Rename');
      if (!from) return undefined;
      const to = typeof newName === 'string' ? siblingOrPath(from.path, newName) : await askNewName(from.path);
      const share = await shareOf(from);
      const expect = await requireEntry(share, from.path);
      await change(share, { kind: 'rename', from: from.path, to, expect, expectTo: null });
      return to;
    },

    async delete(...args) {
      const paths = topmost(await serverPathsFor(services, args, 'Delete'));
      const deletions: Deletion[] = [];
      const [first] = paths;
      if (!first) return undefined;
      const share = await shareOf(first);
      try {
        for (const { path } of paths) deletions.push(await remove(share, path));
      } finally {
        if (deletions.length > 0) offerUndo(share, deletions);
      }
      return deletions.map(({ path }) => path);
    },

    async newFolder(subject, name) {
      const parent = await serverFolderFor(services, subject);
      const given =
        typeof name === 'string'
          ? name
          : await askText({
              title: 'Syncline: New Folder',
              prompt: parent.path === undefined ? `In ${parent.place.label}` : `In ${parent.path}`,
              placeHolder: 'Name; “a/b” makes both',
              check: pathMessage,
            });
      const path = given.split('/').reduce<WirePath | undefined>((at, part) => joinWirePath(at, part), parent.path);
      if (path === undefined) return undefined;
      const client = await clientOf(services.servers, parent.place.url);
      await change({ client, share: parent.place.share }, { kind: 'makeDirectory', path });
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
    title: `Syncline: Rename ${basename(from)}`,
    prompt: 'New name; or a path from the share’s root, to move it',
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
