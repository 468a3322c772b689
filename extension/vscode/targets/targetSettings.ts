import * as l10n from '@vscode/l10n';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { printable } from '../../../server/protocol/wirePath.ts';
import { parseTarget, type ServerAddress } from '../../connect/target.ts';
import { isMode, type Mode, MODES } from '../../sync/reconcile/mode.ts';
import { errorText } from '../messages/errorText.ts';

/** Where a setting was found. Only what the person's own settings say is taken without asking. */
export type SettingLevel = 'user' | 'workspace' | 'folder';

/** A workspace folder, as far as settings are concerned. */
export interface LocalFolder {
  readonly name: string;
  /** Absolute path on this machine. */
  readonly path: string;
}

/** The value of `syncline.targets` at one level; `folder` is whose settings they are, for the level `folder`. */
export interface TargetSource {
  readonly level: SettingLevel;
  readonly folder?: LocalFolder;
  readonly value: unknown;
}

/** One entry of `syncline.targets`, checked and matched to its workspace folder. */
export interface ConfiguredTarget {
  readonly folder: LocalFolder;
  readonly address: ServerAddress;
  readonly mode: Mode;
  /** Conflicts are merged by themselves as far as their edits do not overlap. */
  readonly merge: boolean;
  /** Marked here, apart from what the person's own settings mark. */
  readonly production: boolean;
  readonly level: SettingLevel;
}

export interface TargetSettings {
  readonly targets: readonly ConfiguredTarget[];
  /** What is wrong with the others, one sentence each. */
  readonly faults: readonly string[];
}

/**
 * What the settings ask for. Each folder syncs with one address; the level nearest to the folder wins. An entry of the
 * user's settings must name its folder by absolute path, for it is read in every workspace; one of a workspace with several
 * folders must name it too. Two folders never sync into the same place, for each would delete what the other has.
 */
export function readTargets(sources: readonly TargetSource[], folders: readonly LocalFolder[]): TargetSettings {
  const faults: string[] = [];
  const byFolder = new Map<string, ConfiguredTarget>();
  for (const source of sources.toSorted((a, b) => NEARNESS[b.level] - NEARNESS[a.level])) {
    if (source.value === undefined) continue;
    if (!Array.isArray(source.value)) {
      faults.push(l10n.t('The setting syncline.targets ({0}) must be a list.', source.level));
      continue;
    }
    source.value.forEach((entry: unknown, index) => {
      const where = l10n.t('Entry {0} of syncline.targets ({1})', index + 1, source.level);
      try {
        const target = readEntry(entry, source, folders);
        if (target && !byFolder.has(target.folder.path)) byFolder.set(target.folder.path, target);
      } catch (error) {
        faults.push(`${where}: ${errorText(error)}`);
      }
    });
  }
  return withoutSharedPlaces([...byFolder.values()], faults);
}

const NEARNESS: Record<SettingLevel, number> = { folder: 2, workspace: 1, user: 0 };
const FIELDS = ['folder', 'server', 'mode', 'merge', 'production'];

function readEntry(
  entry: unknown,
  source: TargetSource,
  folders: readonly LocalFolder[],
): ConfiguredTarget | undefined {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) throw usage(l10n.t('it must be an object.'));
  const {
    folder,
    server,
    mode = 'two-way',
    merge = false,
    production = false,
  } = entry as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(entry).find((key) => !FIELDS.includes(key));
  if (unknown !== undefined)
    throw usage(l10n.t('“{0}” is not known here; there are {1}.', printable(unknown), FIELDS.join(', ')));
  if (typeof server !== 'string') throw usage(l10n.t('“server” is missing: write ws://HOST:PORT/SHARE.'));
  if (!isMode(mode)) throw usage(l10n.t('“mode” must be one of {0}.', MODES.join(', ')));
  if (folder !== undefined && typeof folder !== 'string') throw usage(l10n.t('“folder” must be a name or a path.'));
  if (typeof merge !== 'boolean') throw usage(l10n.t('“merge” must be true or false.'));
  if (merge && mode !== 'two-way') throw usage(l10n.t('“merge” writes on both sides, so it needs the mode two-way.'));
  if (typeof production !== 'boolean') throw usage(l10n.t('“production” must be true or false.'));
  const local = matchFolder(folder, source, folders);
  return local && { folder: local, address: parseTarget(server), mode, merge, production, level: source.level };
}

/** Undefined: the entry is about a folder that is not open here. */
function matchFolder(
  folder: string | undefined,
  source: TargetSource,
  folders: readonly LocalFolder[],
): LocalFolder | undefined {
  if (source.folder) return source.folder;
  if (source.level === 'user') {
    if (folder === undefined) throw usage(l10n.t('in the user settings an entry needs “folder”, an absolute path.'));
    return folders.find(({ path }) => samePath(path, folder));
  }
  if (folder !== undefined) {
    const found = folders.find(({ name, path }) => name === folder || samePath(path, folder));
    if (!found) throw usage(l10n.t('“{0}” is no folder of this workspace.', printable(folder)));
    return found;
  }
  if (folders.length > 1) throw usage(l10n.t('with several folders in the workspace an entry needs “folder”.'));
  return folders[0];
}

function withoutSharedPlaces(targets: readonly ConfiguredTarget[], faults: string[]): TargetSettings {
  const kept: ConfiguredTarget[] = [];
  for (const target of targets) {
    const other = kept.find(({ address }) => overlap(address, target.address));
    if (other)
      faults.push(
        l10n.t(
          'The folders {0} and {1} would sync into the same place, {2}; give each its own.',
          other.folder.name,
          target.folder.name,
          target.address.label,
        ),
      );
    else kept.push(target);
  }
  return { targets: kept, faults };
}

function overlap(a: ServerAddress, b: ServerAddress): boolean {
  return `${a.label}/`.startsWith(`${b.label}/`) || `${b.label}/`.startsWith(`${a.label}/`);
}

const samePath = (a: string, b: string) => a.replace(/[\\/]+$/, '') === b.replace(/[\\/]+$/, '');

const usage = (message: string) => new SynclineError('Usage', message);
