import * as l10n from '@vscode/l10n';
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
    const item = new vscode.TreeItem(l10n.t('Load more…'));
    item.iconPath = new vscode.ThemeIcon('ellipsis');
    item.command = { title: l10n.t('Load More'), command: commandId('loadMoreVersions') };
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
  if (isFolder) return l10n.t('deleted in {0}', path ?? place.share);
  return path === undefined ? place.share : nameOf(path);
}

function messageOf({ subject, now, versions }: ShownHistory): string | undefined {
  if (versions.length > 0) return subject.isFolder || now ? undefined : l10n.t('It is not on the server any more.');
  if (subject.isFolder) return l10n.t('Nothing that was deleted here is in the history.');
  return now ? l10n.t('There are no earlier versions.') : l10n.t('It is not on the server, and never was.');
}

function nowItem({ path, entry, modifiedAt }: ListRow): vscode.TreeItem {
  const item = new vscode.TreeItem(l10n.t('Now'));
  item.description = [entry.kind === 'file' ? sizeText(entry.size) : entry.kind, timeText(modifiedAt)].join(' · ');
  item.tooltip = l10n.t('{0}\nOn the server now, changed {1}', path, new Date(modifiedAt).toLocaleString());
  item.iconPath = new vscode.ThemeIcon('circle-filled');
  item.contextValue = 'now';
  return item;
}

function versionItem(row: VersionRow): vscode.TreeItem {
  const { path, rev, at, by, entry, reason, since } = row.version;
  const size = entry.kind === 'file' ? sizeText(entry.size) : l10n.t('link to {0}', printable(entry.target));
  const verb = reason === 'deleted' ? 'deleted' : 'replaced';
  const written = since?.at ?? null;
  const item = new vscode.TreeItem(
    row.isOfFolder ? nameOf(path) : written === null ? l10n.t('Until {0}', timeText(at)) : timeText(written),
  );
  item.id = `${row.place.label}\n${path}\n${rev}`;
  item.description = row.isOfFolder
    ? [size, l10n.t('{0} by {1}', timeText(at), printable(by)), parentOf(path)].filter(Boolean).join(' · ')
    : l10n.t('{0} · {1} {2} by {3}', size, verb, timeText(at), printable(by));
  item.tooltip = [
    path,
    size,
    ...(written === null ? [] : [l10n.t('Written {0}', new Date(written).toLocaleString())]),
    l10n.t(
      '{0} {1} by {2}, revision {3}',
      verb === 'deleted' ? l10n.t('Deleted') : l10n.t('Replaced'),
      new Date(at).toLocaleString(),
      printable(by),
      rev,
    ),
  ].join('\n');
  item.iconPath = new vscode.ThemeIcon(reason === 'deleted' ? 'trash' : 'history');
  item.contextValue = `version.${entry.kind}`;
  item.command = { title: l10n.t('Compare with Current'), command: commandId('compareVersion'), arguments: [row] };
  return item;
}
