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
