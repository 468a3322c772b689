import type { ListRow } from '../../../server/protocol/messages/files.ts';
import { nameOf, printable } from '../../../server/protocol/wirePath.ts';
import type { Tool, ToolWorld } from './tool.ts';

/** Rows that a tool gives at once. */
export const MOST_ROWS = 200;

export interface ListInput {
  readonly place?: string;
  readonly path?: string;
  /** Name of the last row of the part before. */
  readonly after?: string;
}

/** What is directly in a folder of the server. */
export const listFiles = (world: ToolWorld): Tool<ListInput> => ({
  doing: ({ path }) => `Listing ${path ?? 'the server’s files'}`,
  async run({ place, path, after }, signal) {
    const { address, files } = await world.place(place);
    const folder = files.resolve(path ?? '');
    const rows: ListRow[] = [];
    let isBehind = after === undefined;
    for await (const page of files.list(folder, { signal })) {
      for (const row of page) {
        if (isBehind) rows.push(row);
        else isBehind = nameOf(row.path) === after;
      }
      if (rows.length > MOST_ROWS) break;
    }
    const shown = rows.slice(0, MOST_ROWS);
    const last = shown.at(-1);
    const more = rows.length > MOST_ROWS && last ? `\nThere is more: ask with after = ${nameOf(last.path)}` : '';
    const head = `${address}${folder === undefined ? '' : ` ${files.shown(folder)}`}: `;
    return shown.length === 0 ? `${head}nothing` : `${head}\n${shown.map(rowLine).join('\n')}${more}`;
  },
});

export interface VersionsInput {
  readonly place?: string;
  readonly path?: string;
}

/** What was replaced or deleted at a path and below it. */
export const listVersions = (world: ToolWorld): Tool<VersionsInput> => ({
  doing: ({ path }) => `Looking at the history of ${path ?? 'the server’s files'}`,
  async run({ place, path }, signal) {
    const { files } = await world.place(place);
    const of = files.resolve(path ?? '');
    const versions = await files.history({ path: of, below: true, limit: MOST_ROWS }, { signal });
    if (versions.length === 0) return 'There are no earlier versions.';
    const lines = versions.map(
      ({ path: at, rev, entry, reason, at: time, by }) =>
        `${printable(files.shown(at))}: ${reason} in revision ${rev} on ${new Date(time).toISOString()} by ${printable(by)}, ${entry.kind === 'file' ? `${entry.size} bytes` : 'a link'}`,
    );
    return `Newest first. To have one back, restore its path as of revision N-1.\n${lines.join('\n')}`;
  },
});

function rowLine({ path, entry }: ListRow): string {
  const name = printable(nameOf(path));
  if (entry.kind === 'directory') return `${name}/`;
  return entry.kind === 'link' ? `${name} -> ${printable(entry.target)}` : `${name} (${entry.size} bytes)`;
}
