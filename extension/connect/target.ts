import { SynclineError } from '../../server/protocol/errors.ts';
import { DEFAULT_PORT } from '../../server/protocol/limits.ts';
import { parseWirePath, printable, type WirePath } from '../../server/protocol/wirePath.ts';

/** Where a share, or a folder in one, is served. */
export interface ServerAddress {
  /** What the WebSocket connects to: scheme, host and port, nothing else. */
  readonly url: string;
  readonly share: string;
  /** The folder in the share; left out: its root. */
  readonly dir?: WirePath;
  /** The address as a person writes it; two addresses are the same target exactly when their labels are equal. */
  readonly label: string;
}

const SHARE = /^[a-z0-9][a-z0-9._-]{0,63}$/i;

/**
 * Reads `ws://HOST[:PORT]/SHARE[/DIR]` or `wss://…`. Without a port, `ws:` means Syncline's own and `wss:` the usual 443.
 *
 * @throws SynclineError `Usage` for what is no address, `IllegalPath` for a folder that cannot be in a share, `Unsupported`
 * for `ssh://`.
 */
export function parseTarget(text: string): ServerAddress {
  const shown = `“${printable(text)}”`;
  if (/^ssh:/i.test(text)) {
    throw new SynclineError(
      'Unsupported',
      `${shown}: ssh:// targets are not supported yet. Run “syncline serve” on that host, forward its port with ` +
        `“ssh -L ${DEFAULT_PORT}:127.0.0.1:${DEFAULT_PORT} HOST”, and use ws://127.0.0.1:${DEFAULT_PORT}/SHARE.`,
    );
  }
  if (!/^wss?:\/\/[^/]/i.test(text) || !URL.canParse(text)) {
    throw usage(
      `${shown} is no target. Write ws://HOST:PORT/SHARE or wss://HOST:PORT/SHARE, with /DIR for a folder in it.`,
    );
  }
  const url = new URL(text);
  if (url.username || url.password || url.search || url.hash) {
    throw usage(
      'A target holds no user name, password, “?” or “#”. The token comes from SYNCLINE_TOKEN or --token-file; ' +
        'write “#” and “?” in a folder name as %23 and %3F.',
    );
  }
  const [share = '', ...folders] = parts(text);
  if (!SHARE.test(share)) {
    throw usage(
      share === ''
        ? `${shown} names no share. Put it behind the port: ${url.protocol}//${url.host}/files.`
        : `“${printable(share)}” is no name of a share: letters, digits, “.”, “_” and “-” only.`,
    );
  }
  const port = url.port || (url.protocol === 'wss:' ? '443' : standardPort(text));
  const origin = `${url.protocol}//${url.hostname}:${port}`;
  if (folders.length === 0) return { url: origin, share, label: `${origin}/${share}` };
  const dir = parseWirePath(folders.join('/').normalize('NFC'));
  return { url: origin, share, dir, label: `${origin}/${share}/${dir}` };
}

/** The parts of the path as they were typed: `new URL` would fold `..` away, and a share must see it to refuse it. */
function parts(text: string): string[] {
  const path = text.replace(/^wss?:\/\/[^/]*/i, '').split('/');
  while (path[0] === '') path.shift();
  while (path.at(-1) === '') path.pop();
  return path.map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
}

/** `new URL` drops a port that is the scheme's usual one, so a typed `:80` must be looked for in the text. */
function standardPort(text: string): string {
  return /^ws:\/\/[^/]*:0*80(\/|$)/i.test(text) ? '80' : String(DEFAULT_PORT);
}

const usage = (message: string) => new SynclineError('Usage', message);
