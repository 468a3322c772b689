import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diskError } from '../../../server/protocol/disk/diskError.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { parseWirePath, printable } from '../../../server/protocol/wirePath.ts';
import { lineDiff } from './lineDiff.ts';
import { MOST_ROWS } from './listTools.ts';
import { bytesOf, MOST_READ } from './readTool.ts';
import { textOf, textPart } from './textLines.ts';
import { MOST_TEXT, type Tool, type ToolFolder, type ToolWorld } from './tool.ts';

export interface CompareInput {
  readonly folder?: string;
  readonly path?: string;
}

const WORDS = { different: 'different', onlyHere: 'only here', onlyThere: 'only on the server' } as const;

/** Where a synced folder and its server differ; for one text file, in which lines. */
export const compare = (world: ToolWorld): Tool<CompareInput> => ({
  doing: ({ path }) => `Comparing ${path ?? 'the folder'} with the server`,
  async run({ folder: name, path }, signal) {
    const folder = world.folder(name);
    const differences = await folder.compare();
    if (!differences) throw new SynclineError('Usage', 'The two sides have not been looked at yet.');
    if (path !== undefined) return compareOne(world, folder, path, differences.get(path), signal);
    const lines = [...differences].map(([at, difference]) => `${printable(at)}: ${WORDS[difference]}`);
    if (lines.length === 0) return `“${folder.name}” and ${folder.address} agree.`;
    const rest = lines.length > MOST_ROWS ? `\n… and ${lines.length - MOST_ROWS} more` : '';
    return `${lines.slice(0, MOST_ROWS).join('\n')}${rest}`;
  },
});

async function compareOne(
  world: ToolWorld,
  { root, address }: ToolFolder,
  text: string,
  difference: keyof typeof WORDS | undefined,
  signal: AbortSignal,
): Promise<string> {
  const path = parseWirePath(text);
  const shown = `“${printable(path)}”`;
  if (!difference) return `${shown} is the same on both sides, or ignored.`;
  if (difference !== 'different') return `${shown} is ${WORDS[difference]}.`;
  const { files } = await world.place(address);
  const theirs = await bytesOf(files, files.resolveBelow(path), signal);
  const mine = await readFile(join(root, path)).catch((error: unknown) => {
    throw diskError(error, `read ${shown}`, path);
  });
  if (mine.length > MOST_READ) throw new SynclineError('TooLarge', `${shown} is too large to be compared here.`);
  const diff = lineDiff(textOf(theirs), textOf(mine));
  if (diff === undefined) return `${shown} differs in too many lines to be told apart.`;
  const part = textPart(diff, 1, MOST_TEXT);
  const rest = part.next === undefined ? '' : `\n[${part.lines - part.next + 1} more lines are left out.]`;
  return `${shown}, from the server (-) to here (+):\n${part.text}${rest}`;
}
