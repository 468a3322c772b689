import { relative, sep } from 'node:path';

/** A local file as the engine names it; it may be no legal wire path, which the engine then says. */
export const toWirePath = (root: string, file: string): string =>
  relative(root, file).split(sep).join('/').normalize('NFC');
