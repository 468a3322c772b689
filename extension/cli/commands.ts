import type { DefineCommand } from './cli.ts';

export interface CommandRow {
  readonly group: string;
  readonly summary: string;
  /** Left out: the server's program carries it out. */
  readonly load?: () => Promise<{ define: DefineCommand }>;
}

/** All commands on one screen. A command's file is loaded when it is called for. */
export const COMMANDS = {
  serve: { group: 'Server', summary: 'serve a folder' },
  token: { group: 'Server', summary: 'create, list and revoke access tokens' },

  sync: row('Syncing', 'bring a folder and a share in line, once or continuously', () => import('./commands/sync.ts')),
  conflicts: row('Syncing', 'list what both sides changed', () => import('./commands/conflicts.ts')),
  resolve: row('Syncing', 'decide a conflict', () => import('./commands/resolve.ts')),
  verify: row(
    'Syncing',
    're-read the files of both sides, or of the server, and compare them',
    () => import('./commands/verify.ts'),
  ),
  safety: row(
    'Syncing',
    'list and put back what was replaced or deleted on this machine',
    () => import('./commands/safety.ts'),
  ),
  explain: row('Syncing', 'say why a file is synced or not', () => import('./commands/explain.ts')),

  ls: row('Files on the server', 'list a folder', () => import('./commands/ls.ts')),
  stat: row('Files on the server', 'show what a path holds', () => import('./commands/stat.ts')),
  put: row('Files on the server', 'upload a file or folder', () => import('./commands/put.ts')),
  get: row('Files on the server', 'download a file or folder', () => import('./commands/get.ts')),
  mv: row('Files on the server', 'rename or move', () => import('./commands/mv.ts')),
  rm: row('Files on the server', 'delete; what is deleted stays in the history', () => import('./commands/rm.ts')),
  mkdir: row('Files on the server', 'make a folder', () => import('./commands/mkdir.ts')),
  history: row('Files on the server', 'list earlier versions', () => import('./commands/history.ts')),
  restore: row(
    'Files on the server',
    'bring back an earlier version, or a file or folder as it was at a time',
    () => import('./commands/restore.ts'),
  ),
  purge: row('Files on the server', 'forget earlier versions for good', () => import('./commands/purge.ts')),

  add: row('Computing', 'add numbers on the server', () => import('./commands/add.ts')),
  sort: row('Computing', 'sort numbers or texts on the server', () => import('./commands/sort.ts')),
  jobs: row('Computing', 'work that outlives the connection', () => import('./commands/jobs.ts')),
} as const satisfies Record<string, CommandRow>;

export type CommandName = keyof typeof COMMANDS;

export const isCommand = (name: string | undefined): name is CommandName =>
  name !== undefined && Object.hasOwn(COMMANDS, name);

function row(group: string, summary: string, load: () => Promise<{ define: DefineCommand }>): CommandRow {
  return { group, summary, load };
}
