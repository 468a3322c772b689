import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { SynclineError } from '../../server/protocol/errors.ts';
import { parseWirePath, printable } from '../../server/protocol/wirePath.ts';
import { restoreSafety } from '../sync/local/restoreSafety.ts';
import { copiesOf, type SafetyCopy, type SafetySession, safetySessions } from '../sync/local/safetyList.ts';
import { downloadPlace, type SafetyPlace, safetyPlaces } from '../sync/local/safetyPlaces.ts';
import type { Cli } from './cli.ts';
import { isoTime } from './entryText.ts';
import { EXIT } from './exitStatus.ts';
import { formatBytes, formatTime, plural } from './output/format.ts';
import { table } from './output/table.ts';
import { stateHome } from './stateHome.ts';
import { tellProblems } from './syncText.ts';

interface SafetyOptions {
  readonly folder?: string;
}

interface Kept {
  readonly place: SafetyPlace;
  readonly session: SafetySession;
}

export async function listSafety(cli: Cli, options: SafetyOptions): Promise<void> {
  const { out } = cli;
  const rows = keptIn(cli, options).map(({ place, session }) => {
    const leaves = leavesOf(copiesOf(session));
    const bytes = leaves.reduce((sum, { size }) => sum + size, 0);
    const { id, at } = session;
    out.event({ event: 'safety', id, at: isoTime(at), folder: place.root, files: leaves.length, bytes });
    return [id, formatTime(at), String(leaves.length), formatBytes(bytes), printable(place.root)];
  });
  if (rows.length === 0) return out.note('Nothing was replaced or deleted here lately.');
  const columns = [
    { title: 'WHEN' },
    { title: 'LOCAL TIME' },
    { title: 'FILES', align: 'right' },
    { title: 'SIZE', align: 'right' },
    { title: 'FOLDER' },
  ] as const;
  for (const line of table(columns, rows)) out.line(line);
}

export async function showSafety(cli: Cli, when: string, options: SafetyOptions): Promise<void> {
  const { session } = find(cli, when, options);
  tellCopies(cli, copiesOf(session));
}

export async function restoreSafetyCopies(
  cli: Cli,
  when: string,
  texts: readonly string[],
  options: SafetyOptions & { readonly to?: string; readonly dryRun?: boolean },
): Promise<void> {
  const { out, signal, exitWith } = cli;
  const { place, session } = find(cli, when, options);
  const paths = texts.map((text) => parseWirePath(text.normalize('NFC').replace(/(?<=[^/])\/+$/, '')));
  const chosen = copiesOf(session).filter(({ path }) => isChosen(path, paths));
  if (chosen.length === 0)
    throw new SynclineError('NotFound', 'Nothing of that was kept then; see “syncline safety show”.');
  if (options.dryRun) return tellCopies(cli, chosen);
  const to =
    options.to === undefined ? place : downloadPlace(stateHome(cli.env), realFolder(resolve(cli.cwd, options.to)));
  const { restored, same, problems } = await restoreSafety(to, session, { ...(paths.length > 0 && { paths }), signal });
  for (const path of restored) out.result({ event: 'restored', path }, `${printable(path)}: restored`);
  tellProblems(out, problems);
  const left = problems.length === 0 ? '' : `, ${plural(problems.length, 'problem')}`;
  out.result(
    { event: 'done', folder: to.root, restored: restored.length, same, problems: problems.length },
    `${plural(restored.length, 'file')} restored in ${printable(to.root)}, ${same} unchanged${left}`,
  );
  if (problems.length > 0) exitWith(EXIT.remaining);
}

function tellCopies({ out }: Cli, copies: readonly SafetyCopy[]): void {
  for (const { path, kind, size } of copies) {
    const what = kind === 'directory' ? `${printable(path)}/` : printable(path);
    out.result({ event: 'copy', path, kind, size }, kind === 'file' ? `${what} (${formatBytes(size)})` : what);
  }
}

/** Newest first. */
function keptIn({ env, cwd }: Cli, { folder }: SafetyOptions): Kept[] {
  const root = folder === undefined ? undefined : realFolder(resolve(cwd, folder));
  return safetyPlaces(stateHome(env))
    .filter((place) => root === undefined || place.root === root)
    .flatMap((place) => safetySessions(place.folder).map((session) => ({ place, session })))
    .sort((a, b) => b.session.at - a.session.at);
}

/** @throws SynclineError `NotFound`, `Usage` when it could be several */
function find(cli: Cli, when: string, options: SafetyOptions): Kept {
  const all = keptIn(cli, options);
  const [first, second] = when === 'last' ? all.slice(0, 1) : all.filter(({ session }) => session.id.startsWith(when));
  if (!first)
    throw new SynclineError('NotFound', `Nothing was kept at “${printable(when)}”; see “syncline safety list”.`);
  if (!second) return first;
  const which = `${first.session.id} of ${first.place.root}, ${second.session.id} of ${second.place.root}`;
  throw new SynclineError('Usage', `“${printable(when)}” could be ${printable(which)}; say more of it, or --folder.`);
}

const leavesOf = (copies: readonly SafetyCopy[]): SafetyCopy[] => copies.filter(({ kind }) => kind !== 'directory');

const isChosen = (path: string, paths: readonly string[]): boolean =>
  paths.length === 0 || paths.some((each) => path === each || path.startsWith(`${each}/`));

function realFolder(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
