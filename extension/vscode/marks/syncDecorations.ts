import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import type { ServerAddress } from '../../connect/target.ts';
import { conflictWords } from '../conflicts/conflictText.ts';
import { conflictRows } from '../conflicts/conflictsTree.ts';
import { SCHEME, serverFileOf, uriParts } from '../files/fileUri.ts';
import { toServer } from '../files/pairing.ts';
import type { Places } from '../servers/places.ts';
import type { TargetHub } from '../targets/targetHub.ts';
import { toWirePath } from '../targets/wirePathOf.ts';
import type { WorkspaceTarget } from '../targets/workspaceTarget.ts';
import { markOf } from './markText.ts';
import type { SideMarks } from './sideMarks.ts';

/** So many changed marks are told one by one; of more, everything is asked for again. */
const MOST_TOLD = 500;

/** Marks files wherever VS Code lists them, local ones and those of the server: Explorer, tabs, Server Files. */
export class SyncDecorations implements vscode.FileDecorationProvider {
  readonly #targets: TargetHub;
  readonly #places: Places;
  readonly #marks: SideMarks;
  readonly #changes = new vscode.EventEmitter<vscode.Uri[] | undefined>();
  readonly #listening: { dispose(): void }[];
  /** Conflicts in words, by local path. */
  #conflicts = new Map<string, string>();
  /** Which targets know of their sides: until then nothing is known to be ignored either. */
  #ready = '';

  readonly onDidChangeFileDecorations = this.#changes.event;

  constructor(targets: TargetHub, places: Places, marks: SideMarks) {
    this.#targets = targets;
    this.#places = places;
    this.#marks = marks;
    this.#listening = [
      targets.onDidChange(() => this.#update()),
      marks.onDidChange(({ target, paths }) => {
        if (paths === 'everything') this.#changes.fire(undefined);
        else this.#tell(paths.map((path) => join(target.folder.path, path)));
      }),
    ];
  }

  async provideFileDecoration(uri: vscode.Uri): Promise<vscode.FileDecoration | undefined> {
    const found = this.#fileOf(uri);
    if (!found) return undefined;
    const { target, file, isDirectory } = found;
    const difference = this.#marks.of(target, file);
    const mark = markOf({
      conflict: this.#conflicts.get(file),
      difference,
      isIgnored: difference === undefined && target.ignores(file, isDirectory ?? (await isFolder(file))),
    });
    return (
      mark && {
        tooltip: mark.tooltip,
        color: new vscode.ThemeColor(mark.color),
        propagate: mark.propagate,
        ...(mark.badge !== undefined && { badge: mark.badge }),
      }
    );
  }

  dispose(): void {
    for (const each of this.#listening) each.dispose();
    this.#changes.dispose();
  }

  /** The local file that an address is about, there or not; what is on the server alone is a folder if it is one there. */
  #fileOf(uri: vscode.Uri) {
    if (uri.scheme === 'file') {
      const target = this.#targets.ofFile(uri.fsPath);
      return target && uri.fsPath !== target.folder.path
        ? { target, file: uri.fsPath, isDirectory: undefined }
        : undefined;
    }
    if (uri.scheme !== SCHEME || uri.query !== '') return undefined;
    const { url, share, path } = serverFileOf(uri);
    const found = this.#targets.ofServerPath({ url, share }, path);
    if (!found || found.file === found.target.folder.path) return undefined;
    return { ...found, isDirectory: path && this.#isServerFolder(found.target.address, path) };
  }

  #isServerFolder({ url, share }: ServerAddress, path: WirePath): boolean | undefined {
    const places = this.#places.all.filter(({ address }) => address.url === url && address.share === share);
    const row = places.map((place) => place.known(path)).find((known) => known !== undefined);
    return row && row.entry.kind === 'directory';
  }

  #update(): void {
    const before = this.#conflicts;
    this.#conflicts = new Map(
      conflictRows(this.#targets).map(({ target, conflict }) => [
        join(target.folder.path, conflict.path),
        conflictWords(conflict),
      ]),
    );
    const ready = this.#targets.all.filter(({ hasLooked }) => hasLooked).map(({ folder }) => folder.path);
    if (ready.join('\n') !== this.#ready) this.#changes.fire(undefined);
    this.#ready = ready.join('\n');
    const files = [...before.keys(), ...this.#conflicts.keys()];
    this.#tell(files.filter((file) => before.get(file) !== this.#conflicts.get(file)));
  }

  #tell(files: readonly string[]): void {
    if (files.length === 0) return;
    if (files.length > MOST_TOLD) return this.#changes.fire(undefined);
    this.#changes.fire([...new Set(files)].flatMap((file) => this.#urisOf(file)));
  }

  #urisOf(file: string): vscode.Uri[] {
    const target = this.#targets.ofFile(file);
    return target ? [vscode.Uri.file(file), ...serverUri(target, file)] : [];
  }
}

function serverUri({ folder, address }: WorkspaceTarget, file: string): vscode.Uri[] {
  const path = toServer({ root: folder.path, dir: address.dir }, file) ?? undefined;
  if (path === undefined || toWirePath(folder.path, file) === '') return [];
  return [vscode.Uri.from({ scheme: SCHEME, ...uriParts({ url: address.url, share: address.share, path }) })];
}

async function isFolder(file: string): Promise<boolean> {
  try {
    return (await lstat(file)).isDirectory();
  } catch {
    return false;
  }
}
