import * as vscode from 'vscode';
import type { ListRow, Version } from '../../../server/protocol/messages/files.ts';
import { nameOf, parentOf, printable } from '../../../server/protocol/wirePath.ts';
import type { ServerAddress } from '../../connect/target.ts';
import { commandId } from '../commands/commandIds.ts';
import { sizeText } from '../files/sizeText.ts';
import { timeText } from '../jobs/jobText.ts';
import type { HistoryModel, ShownHistory } from './historyModel.ts';

/** What the History view is made of. */
export type HistoryRow =
  | { readonly kind: 'now'; readonly place: ServerAddress; readonly row: ListRow }
  | VersionRow
  | { readonly kind: 'moreVersions' };

export interface VersionRow {
  readonly kind: 'version';
  readonly place: ServerAddress;
  readonly version: Version;
  /** Of a folder: the file is named, not the time. */
  readonly isOfFolder: boolean;
}

export const isVersionRow = (value: unknown): value is VersionRow =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'version' && 'version' in value;

/** What is there now and every version before it, the newest first; of a folder, what was deleted in it. */
export class HistoryTree implements vscode.TreeDataProvider<HistoryRow> {
  readonly #history: HistoryModel;
  readonly #changes = new vscode.EventEmitter<undefined>();
  readonly #listening: { dispose(): void };

  readonly onDidChangeTreeData = this.#changes.event;

  constructor(history: HistoryModel) {
    this.#history = history;
    this.#listening = history.onDidChange(() => this.#changes.fire(undefined));
  }

  getChildren(row?: HistoryRow): HistoryRow[] {
    const { shown } = this.#history;
    if (row || !shown) return [];
    const { subject, now, versions, isWhole } = shown;
    const { place, isFolder } = subject;
    return [
      ...(now ? [{ kind: 'now' as const, place, row: now }] : []),
      ...versions.map((version) => ({
        kind: 'version' as const,
        place,
        version,
        isOfFolder: isFolder || version.path !== subject.path,
      })),
      ...(isWhole ? [] : [{ kind: 'moreVersions' as const }]),
    ];
  }

  getTreeItem(row: HistoryRow): vscode.TreeItem {
    if (row.kind === 'version') return versionItem(row);
    if (row.kind === 'now') return nowItem(row.row);
    const item = new vscode.TreeItem('Load more…');
    item.iconPath = new vscode.ThemeIcon('ellipsis');
    item.command = { title: 'Load More', command: commandId('loadMoreVersions') };
    return item;
  }

  dispose(): void {
    this.#listening.dispose();
    this.#changes.dispose();
  }
}

/** Says above the versions what they are of. */
export function describeHistory(view: vscode.TreeView<HistoryRow>, { shown }: HistoryModel): void {
  view.description = shown && nameText(shown);
  view.message = shown && messageOf(shown);
}

function nameText({ subject: { path, place, isFolder } }: ShownHistory): string {
  if (isFolder) return `deleted in ${path ?? place.share}`;
  return path === undefined ? place.share : nameOf(path);
}

function messageOf({ subject, now, versions }: ShownHistory): string | undefined {
  if (versions.length > 0) return subject.isFolder || now ? undefined : 'It is not on the server any more.';
  if (subject.isFolder) return 'Nothing that was deleted here is in the history.';
  return now ? 'There are no earlier versions.' : 'It is not on the server, and never was.';
}

function nowItem({ path, entry, modifiedAt }: ListRow): vscode.TreeItem {
  const item = new vscode.TreeItem('Now');
  item.description = [entry.kind === 'file' ? sizeText(entry.size) : entry.kind, timeText(modifiedAt)].join(' · ');
  item.tooltip = `${path}\nOn the server now, changed ${new Date(modifiedAt).toLocaleString()}`;
  item.iconPath = new vscode.ThemeIcon('circle-filled');
  item.contextValue = 'now';
  return item;
}

function versionItem(row: VersionRow): vscode.TreeItem {
  const { path, rev, at, by, entry, reason, since } = row.version;
  const size = entry.kind === 'file' ? sizeText(entry.size) : `link to ${printable(entry.target)}`;
  const verb = reason === 'deleted' ? 'deleted' : 'replaced';
  const written = since?.at ?? null;
  const item = new vscode.TreeItem(
    row.isOfFolder ? nameOf(path) : written === null ? `Until ${timeText(at)}` : timeText(written),
  );
  item.id = `${row.place.label}\n${path}\n${rev}`;
  item.description = row.isOfFolder
    ? [size, `${timeText(at)} by ${printable(by)}`, parentOf(path)].filter(Boolean).join(' · ')
    : `${size} · ${verb} ${timeText(at)} by ${printable(by)}`;
  item.tooltip = [
    path,
    size,
    ...(written === null ? [] : [`Written ${new Date(written).toLocaleString()}`]),
    `${verb === 'deleted' ? 'Deleted' : 'Replaced'} ${new Date(at).toLocaleString()} by ${printable(by)}, revision ${rev}`,
  ].join('\n');
  item.iconPath = new vscode.ThemeIcon(reason === 'deleted' ? 'trash' : 'history');
  item.contextValue = `version.${entry.kind}`;
  item.command = { title: 'Compare with Current', command: commandId('compareVersion'), arguments: [row] };
  return item;
}
