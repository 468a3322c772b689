import { randomUUID } from 'node:crypto';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { joinWirePath, nameOf, parentOf, parseWirePath } from '../../../server/protocol/wirePath.ts';
import { commandId } from '../commands/commandIds.ts';
import { confirm } from '../commands/confirm.ts';
import { filesOf } from '../commands/pickServer.ts';
import type { Services } from '../commands/services.ts';
import type { ServerFolder } from '../commands/subject.ts';
import { movesInto } from './dropPlan.ts';
import { SCHEME, uriParts } from './fileUri.ts';
import type { EntryRow, Row } from './rows.ts';
import { uriOfRow } from './serverFilesTree.ts';

const ROWS = 'application/vnd.code.tree.syncline.serverfiles';
const URIS = 'text/uri-list';
const FILES = 'files';

/**
 * Dragging within Server Files moves on the server; what comes from the Explorer or from other programs is uploaded; what is
 * dragged out is an address that editors open through the file system of the server's files. The Explorer takes nothing that
 * comes from other trees.
 */
export class ServerFilesDrops implements vscode.TreeDragAndDropController<Row> {
  readonly #services: () => Services;
  /** Rows that are being dragged, since objects do not survive the way through the window. */
  #dragged: { readonly id: string; readonly rows: readonly EntryRow[] } | undefined;

  readonly dragMimeTypes = [URIS];
  readonly dropMimeTypes = [ROWS, URIS, FILES];

  /** The services are made after the view that they hold. */
  constructor(services: () => Services) {
    this.#services = services;
  }

  handleDrag(source: readonly Row[], transfer: vscode.DataTransfer): void {
    const rows = source.filter((row) => row.kind === 'entry');
    if (rows.length === 0) return;
    const id = randomUUID();
    this.#dragged = { id, rows };
    transfer.set(ROWS, new vscode.DataTransferItem(id));
    const uris = rows.map(({ place, row }) => uriOfRow(place, row.path).toString());
    transfer.set(URIS, new vscode.DataTransferItem(uris.join('\r\n')));
  }

  async handleDrop(target: Row | undefined, transfer: vscode.DataTransfer): Promise<void> {
    const into = this.#folderOf(target);
    if (!into) return;
    const { messenger } = this.#services();
    try {
      const id = await transfer.get(ROWS)?.asString();
      if (id !== undefined && id === this.#dragged?.id) await this.#move(this.#dragged.rows, into);
      else await this.#upload(transfer, into);
    } catch (error) {
      messenger.report(l10n.t('bring it to {0}', into.path ?? into.place.label), error);
    }
  }

  #folderOf(target: Row | undefined): ServerFolder | undefined {
    const place = target?.place ?? this.#services().places.all[0];
    if (!place) return undefined;
    if (target?.kind === 'more') return { place: place.address, path: target.folder };
    if (target?.kind !== 'entry') return { place: place.address, path: place.root };
    const { path, entry } = target.row;
    return { place: place.address, path: entry.kind === 'directory' ? path : parentOf(path) };
  }

  async #move(rows: readonly EntryRow[], into: ServerFolder): Promise<void> {
    const { servers } = this.#services();
    const { url, share, label } = into.place;
    if (rows.some(({ place: { address } }) => address.url !== url || address.share !== share))
      throw new SynclineError(
        'Unsupported',
        l10n.t('A move stays within one share; download the files and upload them there.'),
      );
    const entries = new Map(rows.map(({ row }) => [row.path, row.entry]));
    const moves = movesInto([...entries.keys()], into.path);
    const [first] = moves;
    if (
      !first ||
      !(await mayMove(
        moves.length === 1 ? `“${nameOf(first.from)}”` : l10n.t('{0} items', moves.length),
        into.path ?? label,
      ))
    )
      return;
    const files = await filesOf(servers, into.place);
    for (const { from, to } of moves) {
      const entry = entries.get(from);
      if (entry) await files.rename(from, to, entry, null);
    }
  }

  async #upload(transfer: vscode.DataTransfer, into: ServerFolder): Promise<void> {
    const uris = await urisIn(transfer);
    const local = uris.filter(({ scheme }) => scheme === 'file');
    if (local.length > 0)
      return void (await vscode.commands.executeCommand(commandId('upload'), local[0], local, { into }));
    for (const [mime, item] of transfer) {
      const file = mime.startsWith('text/') ? undefined : item.asFile();
      if (!file) continue;
      const path = joinWirePath(into.path, parseWirePath(file.name.normalize('NFC')));
      await writeNew(vscode.Uri.from({ scheme: SCHEME, ...uriParts({ ...into.place, path }) }), await file.data());
    }
  }
}

/** Content without a path on this machine: what is there already is not replaced. */
async function writeNew(uri: vscode.Uri, bytes: Uint8Array): Promise<void> {
  const { fs } = vscode.workspace;
  const isTaken = await fs.stat(uri).then(
    () => true,
    () => false,
  );
  if (isTaken)
    throw new SynclineError('AlreadyExists', l10n.t('“{0}” is on the server already; it was left alone.', uri.path));
  await fs.writeFile(uri, bytes);
}

async function urisIn(transfer: vscode.DataTransfer): Promise<vscode.Uri[]> {
  const text = (await transfer.get(URIS)?.asString()) ?? '';
  const lines = text.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => fromWindow(vscode.Uri.parse(line, true)));
}

/** In a remote window the Explorer names its files by the window's authority; here they are files of this machine. */
const fromWindow = (uri: vscode.Uri): vscode.Uri => (uri.scheme === 'vscode-remote' ? vscode.Uri.file(uri.path) : uri);

async function mayMove(what: string, where: string): Promise<boolean> {
  if (vscode.workspace.getConfiguration('explorer').get<boolean>('confirmDragAndDrop') === false) return true;
  return confirm(
    l10n.t('Move {0} into “{1}”?', what, where),
    l10n.t('The move happens on the server.'),
    l10n.t('Move'),
  );
}
