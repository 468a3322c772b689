import { SynclineError } from './errors.ts';

declare const wirePathBrand: unique symbol;

/**
 * A path relative to a share's (or a target's) root: POSIX separators, NFC, no `.`, `..` or empty parts, and every part a
 * name that Linux, macOS and Windows all accept. The root itself has no wire path. Only {@link parseWirePath} makes one.
 */
export type WirePath = string & { readonly [wirePathBrand]: true };

/** Longest path and longest part, in UTF-8 bytes. */
export const MAX_PATH_BYTES = 1024;
export const MAX_NAME_BYTES = 255;

/** Name of the folder in which either side keeps its own state; it never travels. */
export const STATE_FOLDER = '.syncline';

// Device names that Windows resolves in any folder and with any extension (superscript digits included).
const WINDOWS_DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const FORBIDDEN = /[\u0000-\u001f\u007f\\:<>"|?*]/;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

// Most names by far consist of letters, digits, `_`, `-` and inner dots. Of all rules only those on devices concern them, so
// that one expression settles what would take a dozen; whatever it does not match is looked at rule by rule.
const PLAIN_PART = '(?!(?:con|prn|aux|nul|com\\d|lpt\\d)(?:[./]|$))[\\w-](?:[\\w.-]*[\\w-])?';
const PLAIN_NAME = new RegExp(`^${PLAIN_PART}$`, 'i');
const PLAIN_PATH = new RegExp(`^${PLAIN_PART}(?:/${PLAIN_PART})*$`, 'i');

/** Why `name` may not be a part of a wire path, as the end of a sentence that starts with the name; null when it may. */
export function nameFault(name: string): string | null {
  if (name.length <= MAX_NAME_BYTES && PLAIN_NAME.test(name)) return null;
  if (name === '') return 'is empty';
  if (name === '.' || name === '..') return 'leads out of its folder';
  const forbidden = FORBIDDEN.exec(name);
  if (forbidden) return `contains ${describeCharacter(forbidden[0])}`;
  if (name.includes('/')) return 'contains a slash';
  if (/[. ]$/.test(name)) return 'ends in a dot or a space, which Windows does not keep';
  if (WINDOWS_DEVICE.test(name)) return 'is the name of a device on Windows';
  if (LONE_SURROGATE.test(name)) return 'is not valid Unicode';
  if (name !== name.normalize('NFC')) return 'is not in Unicode normal form NFC';
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `is longer than ${MAX_NAME_BYTES} bytes`;
  if (name.toLowerCase() === STATE_FOLDER) return "is reserved for Syncline's own state";
  return null;
}

/** Why `text` is no wire path, as a sentence; null when it is one. */
export function wirePathFault(text: string): string | null {
  if (text.length <= MAX_NAME_BYTES && PLAIN_PATH.test(text)) return null;
  if (text === '') return 'The path is empty.';
  if (text.startsWith('/') || /^[a-zA-Z]:/.test(text))
    return `“${printable(text)}” is absolute; give a path inside the share.`;
  if (Buffer.byteLength(text) > MAX_PATH_BYTES) return `The path is longer than ${MAX_PATH_BYTES} bytes.`;
  for (const name of text.split('/')) {
    const fault = nameFault(name);
    if (fault) return `“${printable(name)}” in “${printable(text)}” ${fault}.`;
  }
  return null;
}

export const isWirePath = (value: unknown): value is WirePath =>
  typeof value === 'string' && wirePathFault(value) === null;

/** @throws SynclineError `IllegalPath` naming the part and the rule it breaks. */
export function parseWirePath(text: string): WirePath {
  const fault = wirePathFault(text);
  if (fault) throw new SynclineError('IllegalPath', fault, { data: { path: printable(text) } });
  return text as WirePath;
}

/** `child` below `parent` (undefined: below the root). The child's name is checked, the parent is trusted. */
export function joinWirePath(parent: WirePath | undefined, name: string): WirePath {
  return parseWirePath(parent === undefined ? name : `${parent}/${name}`);
}

export function parentOf(path: WirePath): WirePath | undefined {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? undefined : (path.slice(0, slash) as WirePath);
}

export const nameOf = (path: WirePath): string => path.slice(path.lastIndexOf('/') + 1);

/** The folders above a path, outermost first. */
export function ancestorsOf(path: WirePath): WirePath[] {
  const ancestors: WirePath[] = [];
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    ancestors.push(path.slice(0, slash) as WirePath);
  }
  return ancestors;
}

/** Whether `path` is `ancestor` or lies below it; everything lies below the root (undefined). */
export function isWithin(path: WirePath, ancestor: WirePath | undefined): boolean {
  return ancestor === undefined || path === ancestor || path.startsWith(`${ancestor}/`);
}

/** `path` with the leading `from` replaced by `to`; `path` must lie within `from`. */
export function movePath(path: WirePath, from: WirePath, to: WirePath): WirePath {
  return (to + path.slice(from.length)) as WirePath;
}

/** Text from a peer, safe to show: control and bidirectional characters become visible escapes, long text is cut. */
export function printable(text: string, limit = 200): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
  return cut.replace(
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function describeCharacter(character: string): string {
  return character < ' ' || character === '\u007f' ? 'a control character' : `“${character}”`;
}
