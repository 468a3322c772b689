import { SynclineError } from '../../../server/protocol/errors.ts';

/** @throws SynclineError `Unsupported` for what is no text in UTF-8 */
export function textOf(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // told below, as anything else that is no text
  }
  throw new SynclineError('Unsupported', `It is no text (${bytes.length} bytes).`);
}

/** Lines from one on (counted from 1), as many as fit, with the number of the next one where there is more. */
export function textPart(
  text: string,
  from: number,
  most: number,
): { readonly text: string; readonly next: number | undefined; readonly lines: number } {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  let at = Math.max(0, from - 1);
  let part = '';
  for (; at < lines.length; at++) {
    const line = `${lines[at]}\n`;
    if (part.length + line.length > most && part !== '') break;
    part += line.length > most ? `${line.slice(0, most)}…\n` : line;
  }
  return { text: part, next: at < lines.length ? at + 1 : undefined, lines: lines.length };
}
