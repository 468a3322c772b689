import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from './protocol/disk/atomicFile.ts';
import { SynclineError } from './protocol/errors.ts';
import { LISTENING_FILE } from './protocol/listeningFile.ts';
import type { Server } from './server.ts';
import type { ServeOptions } from './serveOptions.ts';

/** The one line of `--json` once connections are accepted. */
export function listeningLine(server: Server, { shares, tokenFile }: ServeOptions): string {
  return JSON.stringify({
    event: 'listening',
    url: server.url,
    share: shares[0]?.name,
    shares: shares.map(({ name }) => name),
    tokenFile,
    pid: process.pid,
    connect: server.url && connectLink(server.url, shares[0]?.name ?? ''),
    metrics: server.metricsUrl,
  });
}

/** The one line of `--json` when it could not start. */
export function failedLine(error: unknown): string {
  const { code, message } = SynclineError.from(error);
  return JSON.stringify({ event: 'failed', code, message });
}

/**
 * Keeps the line of `--json` in the state folder for as long as the server listens: whoever finds the folder locked learns
 * there where its server is. After a kill it stays, so it counts only while the lock is held. Returns what removes it.
 */
export async function tellWhereItListens(server: Server, options: ServeOptions): Promise<() => void> {
  if (server.url === null) return () => undefined;
  const file = join(options.stateDirectory, LISTENING_FILE);
  await replaceFile(file, `${listeningLine(server, options)}\n`);
  return () => rmSync(file, { force: true });
}

/** The same for a person. */
export function listeningText(server: Server, { shares, tokenFile }: ServeOptions): string {
  const rows = shares.map(({ name, directory }) => `  ${server.url}/${name}  (${directory})`);
  const lines = [
    'Syncline is serving',
    ...rows,
    `Token:    ${tokenFile}`,
    `VS Code:  ${connectLink(server.url ?? '', shares[0]?.name ?? '')}`,
    ...(server.metricsUrl === null ? [] : [`Metrics:  ${server.metricsUrl}/metrics`]),
    'Stop with Ctrl-C.',
  ];
  return lines.join('\n');
}

/** Opens VS Code and asks there for the token: a link is easily passed on, so it never holds one. */
const connectLink = (url: string, share: string): string =>
  `vscode://syncline.syncline/connect?url=${encodeURIComponent(`${url}/${share}`)}`;
