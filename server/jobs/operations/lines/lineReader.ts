import { closeSync, openSync, readSync } from 'node:fs';
import { SynclineError } from '../../../protocol/errors.ts';

const BLOCK_BYTES = 1024 * 1024;
/** A file without line ends is no file of lines. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024;

/**
 * The lines of a file without their line feeds, each as a string of one character per byte, so that any bytes survive and
 * plain comparison goes by byte, which for UTF-8 is by code point.
 *
 * @throws SynclineError `LimitExceeded` for a line of more than {@link MAX_LINE_BYTES}; or what the file system throws
 */
export function* readLines(file: string, blockBytes = BLOCK_BYTES): Generator<string> {
  const descriptor = openSync(file, 'r');
  try {
    const block = Buffer.allocUnsafe(blockBytes);
    let rest = '';
    for (;;) {
      const length = readSync(descriptor, block, 0, blockBytes, null);
      if (length === 0) break;
      const text = block.toString('latin1', 0, length);
      let at = 0;
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
        const line = text.slice(at, end);
        yield rest === '' ? line : rest + line;
        rest = '';
        at = end + 1;
      }
      rest += text.slice(at);
      if (rest.length > MAX_LINE_BYTES) throw tooLong();
    }
    if (rest !== '') yield rest;
  } finally {
    closeSync(descriptor);
  }
}

/** The text that the bytes of a line are in UTF-8. */
export const decodeLine = (line: string): string => Buffer.from(line, 'latin1').toString('utf8');

/** A text as a line holds it. */
export const encodeLine = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

const tooLong = (): SynclineError =>
  new SynclineError('LimitExceeded', `A line is longer than ${MAX_LINE_BYTES / 1024 / 1024} MiB; is this a text file?`);
