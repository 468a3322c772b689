import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { parentOf, parseWirePath, type WirePath } from '../../../server/protocol/wirePath.ts';
import type { ServerAddress } from '../../connect/target.ts';
import { SCHEME, pathMessage, serverFileOf } from '../files/fileUri.ts';
import { toServer } from '../files/pairing.ts';
import { isRow, type Row } from '../files/rows.ts';
import { isTarget } from '../targets/targetsTree.ts';
import type { WorkspaceTarget } from '../targets/workspaceTarget.ts';
import { askOne, askText } from './input.ts';
import type { Services } from './services.ts';

/**
 * What a command is about. Menus give rows of the tree or resources of the Explorer, each alone and as the list of all that is
 * selected; the palette gives nothing; other extensions give resources or a path in the share.
 */
export interface ServerPath {
  readonly place: ServerAddress;
  readonly path: WirePath;
}

export interface ServerFolder {
  readonly place: ServerAddress;
  /** Undefined: the share itself. */
  readonly path: WirePath | undefined;
}

/** The target that a menu gave, or that a local file belongs to; else all targets. @throws SynclineError when there is none */
export function chosenTargets({ targets }: Services, subject: unknown): readonly WorkspaceTarget[] {
  if (isTarget(subject)) return [subject];
  const ofFile = subject instanceof vscode.Uri ? targets.ofFile(subject.fsPath) : undefined;
  if (ofFile) return [ofFile];
  if (targets.all.length > 0) return targets.all;
  throw new SynclineError(
    'Usage',
    l10n.t('No folder of this workspace is synced. Use “Syncline: Sync Folder with Server” first.'),
  );
}

/** Paths on the server: of rows, of server documents, of local files that have a counterpart; asked for as a last resort. */
export async function serverPathsFor(
  services: Services,
  args: readonly unknown[],
  title: string,
): Promise<readonly ServerPath[]> {
  const subjects = subjectsOf(services, args);
  const paths = subjects.flatMap((subject) => serverPath(services, subject) ?? []);
  if (paths.length > 0) return paths;
  const place = await pickPlace(services);
  const text = await askText({ title: `Syncline: ${title}`, prompt: l10n.t('Path in the share'), check: pathMessage });
  return [{ place, path: parseWirePath(text) }];
}

/** The folder that something new goes into: a folder's own row, the folder of a file's row, else the place itself. */
export async function serverFolderFor(services: Services, subject: unknown): Promise<ServerFolder> {
  const row = isRow(subject)
    ? subject
    : typeof subject === 'string'
      ? undefined
      : services.serverFilesView.selection[0];
  if (row?.kind === 'entry') {
    const { path, entry } = row.row;
    return { place: row.place.address, path: entry.kind === 'directory' ? path : parentOf(path) };
  }
  const place = row?.place.address ?? (await pickPlace(services));
  return { place, path: typeof subject === 'string' && subject !== '' ? parseWirePath(subject) : place.dir };
}

/** A path on the server, whatever it holds or held, or a place as a whole; asked for as a last resort. */
export async function serverScopeFor(services: Services, subject: unknown, title: string): Promise<ServerFolder> {
  if (isRow(subject) && subject.kind !== 'entry')
    return { place: subject.place.address, path: subject.place.address.dir };
  const [file] = await serverPathsFor(services, subject === undefined ? [] : [subject], title);
  if (!file) throw new SynclineError('Cancelled');
  return file;
}

/** Local files and folders that a command is about, with the target they belong to. */
export function localFilesFor(
  { targets }: Services,
  args: readonly unknown[],
): readonly { readonly uri: vscode.Uri; readonly target: WorkspaceTarget | undefined }[] {
  const [first, all] = args;
  const given = Array.isArray(all) && all.length > 0 ? (all as unknown[]) : [first];
  const uris = given.filter((each) => each instanceof vscode.Uri);
  const active = vscode.window.activeTextEditor?.document.uri;
  const chosen = uris.length > 0 ? uris : first === undefined && active ? [active] : [];
  return chosen.filter((uri) => uri.scheme === 'file').map((uri) => ({ uri, target: targets.ofFile(uri.fsPath) }));
}

export async function pickPlace({ places }: Services): Promise<ServerAddress> {
  const [only] = places.all;
  if (!only)
    throw new SynclineError('ConnectionFailed', l10n.t('Syncline is not connected to a server. Connect to one first.'));
  if (places.all.length === 1) return only.address;
  const items = places.all.map(({ address }) => ({ label: address.label, address }));
  return (await askOne(items, { title: 'Syncline', placeHolder: l10n.t('In which place?') })).address;
}

function subjectsOf({ serverFilesView }: Services, args: readonly unknown[]): readonly unknown[] {
  const [first, all] = args;
  if (Array.isArray(all) && all.length > 0) return all as unknown[];
  if (first !== undefined) return [first];
  if (serverFilesView.visible && serverFilesView.selection.length > 0) return serverFilesView.selection;
  return vscode.window.activeTextEditor ? [vscode.window.activeTextEditor.document.uri] : [];
}

function serverPath({ targets, places }: Services, subject: unknown): ServerPath | undefined {
  if (isRow(subject)) return pathOfRow(subject);
  if (typeof subject === 'string') {
    const [place] = places.all;
    return place && { place: place.address, path: parseWirePath(subject) };
  }
  if (!(subject instanceof vscode.Uri)) return undefined;
  if (subject.scheme === SCHEME) {
    const { url, share, path } = serverFileOf(subject);
    return path && { place: { url, share, label: `${url}/${share}` }, path };
  }
  if (subject.scheme !== 'file') return undefined;
  const target = targets.ofFile(subject.fsPath);
  const path = target && toServer({ root: target.folder.path, dir: target.address.dir }, subject.fsPath);
  return target && path ? { place: target.address, path } : undefined;
}

const pathOfRow = (row: Row): ServerPath | undefined =>
  row.kind === 'entry' ? { place: row.place.address, path: row.row.path } : undefined;
