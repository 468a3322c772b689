import { EMPTY_CONTENT } from '../../../server/protocol/contentId.ts';
import { collisionKey } from '../../../server/protocol/disk/collisionKey.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import type { Move } from './folderMoves.ts';
import { type MovedContent, type PlacedContent, pathOf } from './movedContent.ts';
import { byPath } from './orderOperations.ts';

/**
 * Which single files stand elsewhere now. A file whose name only changed its case is the same file whatever it holds; else
 * one that is gone and one that has come with the same content are the same file, and where several have that content the
 * ones with the same name belong together, then those in the same folder, then any. Empty files are never matched: there
 * are many, and they cost nothing to make anew.
 */
export function fileMoves({ gone, come }: MovedContent, mayMove: (move: Move) => boolean): Move[] {
  const [departed, arrived] = [inOrder(gone), inOrder(come)];
  const taken = new Set<WirePath>();
  const reached = new Set<WirePath>();
  const moves: Move[] = [];
  const match = (keyOf: (file: File) => string | false): void => {
    const left = arrived.filter(({ path }) => !reached.has(path));
    const arrivals = Map.groupBy(left, keyOf);
    for (const file of departed) {
      const key = !taken.has(file.path) && keyOf(file);
      const candidates = (key && arrivals.get(key)) || [];
      const found = candidates.findIndex(({ path }) => mayMove({ from: file.path, to: path }));
      const to = candidates[found]?.path;
      if (to === undefined) continue;
      candidates.splice(found, 1);
      taken.add(file.path);
      reached.add(to);
      moves.push({ from: file.path, to });
    }
  };
  match(({ folder, name }) => `${folder ?? ''}/${collisionKey(name)}`);
  match(({ name, content }) => content !== EMPTY_CONTENT && `${content}/${name}`);
  match(({ folder, content }) => content !== EMPTY_CONTENT && `${content}/${folder ?? ''}`);
  match(({ content }) => content !== EMPTY_CONTENT && content);
  return moves;
}

interface File extends PlacedContent {
  readonly path: WirePath;
}

const inOrder = (files: readonly PlacedContent[]): File[] =>
  files.map((file) => ({ ...file, path: pathOf(file) })).sort(byPath);
