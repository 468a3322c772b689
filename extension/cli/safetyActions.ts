import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { SynclineError } from '../../server/protocol/errors.ts';
import { isWithin, parseWirePath, printable, type WirePath } from '../../server/protocol/wirePath.ts';
import { restoreSafety } from '../sync/local/restoreSafety.ts';
import { copiesOf, leavesOf, type SafetyCopy } from '../sync/local/safetyList.ts';
import { downloadPlace, type Kept, keptIn } from '../sync/local/safetyPlaces.ts';
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

export async function listSafety(cli: Cli, options: SafetyOptions): Promise<void> {
  const { out } = cli;
  const rows = chosenIn(cli, options).map(({ place, session }) => {
    const leaves = leavesOf(session);
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

function chosenIn({ env, cwd }: Cli, { folder }: SafetyOptions): Kept[] {
  const wanted = folder === undefined ? undefined : realFolder(resolve(cwd, folder));
  return keptIn(stateHome(env), (root) => wanted === undefined || root === wanted);
}

/** @throws SynclineError `NotFound`, `Usage` when it could be several */
function find(cli: Cli, when: string, options: SafetyOptions): Kept {
  const all = chosenIn(cli, options);
  const [first, second] = when === 'last' ? all.slice(0, 1) : all.filter(({ session }) => session.id.startsWith(when));
  if (!first)
    throw new SynclineError('NotFound', `Nothing was kept at “${printable(when)}”; see “syncline safety list”.`);
  if (!second) return first;
  const which = `${first.session.id} of ${first.place.root}, ${second.session.id} of ${second.place.root}`;
  throw new SynclineError('Usage', `“${printable(when)}” could be ${printable(which)}; say more of it, or --folder.`);
}

const isChosen = (path: WirePath, paths: readonly WirePath[]): boolean =>
  paths.length === 0 || paths.some((each) => isWithin(path, each));

function realFolder(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
