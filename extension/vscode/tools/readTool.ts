import { SynclineError } from '../../../server/protocol/errors.ts';
import { printable, type WirePath } from '../../../server/protocol/wirePath.ts';
import type { RemoteFiles } from '../../connect/remoteFiles.ts';
import { MemorySink } from '../files/contentBytes.ts';
import { textOf, textPart } from './textLines.ts';
import { MOST_TEXT, type Tool, type ToolWorld } from './tool.ts';

/** Larger files are not fetched for a model. */
export const MOST_READ = 4 * 1024 * 1024;

export interface ReadInput {
  readonly place?: string;
  readonly path: string;
  /** From 1. */
  readonly fromLine?: number;
}

/** A text file of the server, part by part. */
export const readFile = (world: ToolWorld): Tool<ReadInput> => ({
  doing: ({ path }) => `Reading ${path} on the server`,
  async run({ place, path, fromLine = 1 }, signal) {
    const { files } = await world.place(place);
    const text = textOf(await bytesOf(files, files.resolveBelow(path), signal));
    const part = textPart(text, fromLine, MOST_TEXT);
    if (part.next === undefined) return part.text;
    return `${part.text}\n[Of ${part.lines} lines; ask with fromLine = ${part.next} for the next part.]`;
  },
});

/** @throws SynclineError `NotFound`, `NotAFile`, `TooLarge` */
export async function bytesOf(files: RemoteFiles, path: WirePath, signal: AbortSignal): Promise<Uint8Array> {
  const { entry } = await files.stat(path, { signal });
  if (entry.kind !== 'file') throw new SynclineError('NotAFile');
  const { content, size } = entry;
  if (size > MOST_READ)
    throw new SynclineError('TooLarge', `“${printable(path)}” has ${size} bytes; at most ${MOST_READ} are read here.`);
  if (size === 0) return new Uint8Array();
  const sink = new MemorySink(content, size);
  await files.download([{ content, size, from: 0 }], sink, { signal });
  return sink.bytes;
}
