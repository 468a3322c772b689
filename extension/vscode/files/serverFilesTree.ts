import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { ListRow } from '../../../server/protocol/messages/files.ts';
import { nameOf, parentOf, printable, type WirePath } from '../../../server/protocol/wirePath.ts';
import { commandId } from '../commands/commandIds.ts';
import { logError } from '../messages/logError.ts';
import type { SideMarks } from '../marks/sideMarks.ts';
import { PRODUCTION_COLOR } from '../production/productionColor.ts';
import type { ProductionGuard } from '../production/productionGuard.ts';
import type { Places } from '../servers/places.ts';
import { PRODUCTION } from '../status/statusText.ts';
import type { LocalFile, TargetHub } from '../targets/targetHub.ts';
import { SCHEME, uriParts } from './fileUri.ts';
import type { PlaceModel } from './placeModel.ts';
import type { EntryRow, Row } from './rows.ts';
import { sizeText } from './sizeText.ts';

export interface ServerFilesOptions {
  readonly places: Places;
  readonly targets: TargetHub;
  readonly marks: SideMarks;
  readonly guard: ProductionGuard;
  readonly log: vscode.LogOutputChannel;
}

/** The Server Files view: one place shows its files at the top level, several show one node each. */
export class ServerFilesTree implements vscode.TreeDataProvider<Row> {
  readonly #places: Places;
  readonly #targets: TargetHub;
  readonly #marks: SideMarks;
  readonly #guard: ProductionGuard;
  readonly #log: vscode.LogOutputChannel;
  readonly #changes = new vscode.EventEmitter<Row[] | undefined>();
  /** The row object of each path that is shown: VS Code wants to be told of changes with the object it was given. */
  readonly #rows = new Map<string, EntryRow>();
  readonly #listening: vscode.Disposable[] = [];
  #showsAll = true;

  readonly onDidChangeTreeData = this.#changes.event;

  constructor({ places, targets, marks, guard, log }: ServerFilesOptions) {
    this.#places = places;
    this.#targets = targets;
    this.#marks = marks;
    this.#guard = guard;
    this.#log = log;
    this.#listening.push(
      marks.onDidChange(() => !this.#showsAll && this.#changes.fire(undefined)),
      places.onDidChange(() => this.#changes.fire(undefined)),
      guard.onDidChange(() => this.#changes.fire(undefined)),
      places.onDidChangeFolders(({ place, folders }) => this.#refresh(place, folders)),
    );
  }

  async getChildren(row?: Row): Promise<Row[]> {
    const places = this.#places.all;
    const [only] = places;
    if (!row && places.length !== 1) return places.map((place) => ({ kind: 'place', place }));
    const place = row?.place ?? only;
    if (!place || row?.kind === 'more') return [];
    return this.#children(place, row?.kind === 'entry' ? row.row.path : place.root);
  }

  getParent(row: Row): Row | undefined {
    if (row.kind === 'place') return undefined;
    const { place } = row;
    const path = row.kind === 'entry' ? parentOf(row.row.path) : row.folder;
    if (path === undefined || path === place.root)
      return this.#places.all.length > 1 ? { kind: 'place', place } : undefined;
    return this.#rows.get(keyOf(place, path));
  }

  /** The row of a path, its folders and pages read as far as needed; undefined when the server has nothing there. */
  async find(place: PlaceModel, path: WirePath): Promise<EntryRow | undefined> {
    const parent = parentOf(path);
    if (parent !== undefined && parent !== place.root && !(await this.find(place, parent))) return undefined;
    for (;;) {
      const { rows, more } = await place.folder(parent);
      const found = rows.find((row) => row.path === path);
      if (!found && more) await place.loadMore(parent);
      else return found && this.#made(place, found);
    }
  }

  /** Everything, or only what differs between the two sides and the folders on the way to it. */
  show(what: 'everything' | 'differences'): void {
    this.#showsAll = what === 'everything';
    this.#changes.fire(undefined);
  }

  getTreeItem(row: Row): vscode.TreeItem {
    if (row.kind === 'place') return placeItem(row.place, this.#guard.isProduction(row.place.address));
    if (row.kind === 'more') return moreItem(row);
    return entryItem(row, this.#fileOf(row) !== undefined);
  }

  dispose(): void {
    for (const each of this.#listening) each.dispose();
    this.#changes.dispose();
  }

  async #children(place: PlaceModel, path: WirePath | undefined): Promise<Row[]> {
    try {
      const { sorted, more } = await place.shown(path);
      const made = sorted.map((row) => this.#made(place, row));
      const shown: Row[] = this.#showsAll ? made : made.filter((row) => this.#differs(row));
      return more ? [...shown, { kind: 'more', place, folder: path }] : shown;
    } catch (error) {
      // The state of the connection is in the status bar and in the view's message; here is only the lack of rows.
      logError(this.#log, `Could not list ${place.address.label}/${path ?? ''}`, error);
      return [];
    }
  }

  #made(place: PlaceModel, row: ListRow): EntryRow {
    const made: EntryRow = { kind: 'entry', place, row };
    this.#rows.set(keyOf(place, row.path), made);
    return made;
  }

  #fileOf({ place, row }: EntryRow): LocalFile | undefined {
    return this.#targets.ofServerPath(place.address, row.path);
  }

  #differs(row: EntryRow): boolean {
    const found = this.#fileOf(row);
    if (!found) return false;
    return this.#marks.of(found.target, found.file) !== undefined || this.#marks.hasBelow(found.target, found.file);
  }

  #refresh(place: PlaceModel, folders: readonly (WirePath | undefined)[]): void {
    if (folders.includes(place.root)) return this.#changes.fire(undefined);
    const rows = folders.flatMap((folder) => this.#rows.get(keyOf(place, folder)) ?? []);
    if (rows.length > 0) this.#changes.fire(rows);
  }
}

export const uriOfRow = (place: PlaceModel, path: WirePath | undefined): vscode.Uri =>
  vscode.Uri.from({ scheme: SCHEME, ...uriParts({ ...place.address, path }) });

const keyOf = (place: PlaceModel, path: WirePath | undefined) => `${place.address.label}\n${path ?? ''}`;

function placeItem(place: PlaceModel, isProduction: boolean): vscode.TreeItem {
  const { share, dir, url, label } = place.address;
  const item = new vscode.TreeItem(dir ?? share, vscode.TreeItemCollapsibleState.Expanded);
  item.id = label;
  const where = dir === undefined ? new URL(url).host : l10n.t('{0} on {1}', share, new URL(url).host);
  item.description = isProduction ? `${PRODUCTION} · ${where}` : where;
  item.tooltip = isProduction ? `${label}\n${PRODUCTION}` : label;
  item.iconPath = new vscode.ThemeIcon('server', isProduction ? PRODUCTION_COLOR : undefined);
  item.contextValue = isProduction ? 'place.production' : 'place';
  return item;
}

function moreItem(row: Row & { kind: 'more' }): vscode.TreeItem {
  const item = new vscode.TreeItem(l10n.t('Load more…'));
  item.id = `${keyOf(row.place, row.folder)}\nmore`;
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.contextValue = 'more';
  item.command = { title: l10n.t('Load more'), command: commandId('loadMore'), arguments: [row] };
  return item;
}

function entryItem(shown: EntryRow, isPaired: boolean): vscode.TreeItem {
  const { place, row } = shown;
  const { path, entry, modifiedAt } = row;
  const { Collapsed, None } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(nameOf(path), entry.kind === 'directory' ? Collapsed : None);
  item.id = keyOf(place, path);
  item.resourceUri = uriOfRow(place, path);
  item.contextValue = `${entry.kind === 'directory' ? 'folder' : entry.kind}${isPaired ? '.paired' : ''}`;
  if (entry.kind === 'directory') return item;
  item.command = { title: l10n.t('Open'), command: commandId('openServerFile'), arguments: [shown] };
  if (entry.kind === 'link') item.description = `→ ${printable(entry.target)}`;
  item.tooltip =
    entry.kind === 'link'
      ? l10n.t('{0}\nSymbolic link to {1}', path, printable(entry.target))
      : l10n.t('{0}\n{1}, changed {2}', path, sizeText(entry.size), new Date(modifiedAt).toLocaleString());
  return item;
}
