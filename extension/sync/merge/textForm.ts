/** How a text is written down, as far as a merge has to know. */
export interface TextForm {
  /** Its bytes as characters, one each, so that every encoding in which a line feed is one byte survives a merge unharmed. */
  readonly text: string;
  readonly encoding: 'ascii' | 'utf-8' | 'other';
  readonly ends: 'lf' | 'crlf' | 'mixed' | 'none';
}

/** Larger files are merged by a person alone, bytes. */
export const MOST_MERGED_BYTES = 1024 * 1024;

/** Null for what is no text, or one whose line feeds are not single bytes (UTF-16): a zero byte gives both away, as with git. */
export function textFormOf(bytes: Uint8Array): TextForm | null {
  if (bytes.includes(0)) return null;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return { text, encoding: encodingOf(bytes, text), ends: endsOf(text) };
}

export const bytesOfText = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** Each with its line end, so that a last line without one is another line. */
export const linesOf = (text: string): string[] => text.split(/(?<=\n)/);

export const withEnds = (text: string, ends: 'lf' | 'crlf'): string => {
  const plain = text.replaceAll('\r\n', '\n');
  return ends === 'lf' ? plain : plain.replaceAll('\n', '\r\n');
};

function encodingOf(bytes: Uint8Array, text: string): TextForm['encoding'] {
  if (!/[\u0080-\u00ff]/.test(text)) return 'ascii';
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return 'utf-8';
  } catch {
    return 'other';
  }
}

function endsOf(text: string): TextForm['ends'] {
  const crlf = text.includes('\r\n');
  const lf = /(?:^|[^\r])\n/.test(text);
  if (crlf && lf) return 'mixed';
  if (crlf) return 'crlf';
  return lf ? 'lf' : 'none';
}
