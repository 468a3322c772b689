import { type ContentId, contentIdOf } from '../../server/protocol/contentId.ts';
import type { Operation } from '../../server/protocol/messages/files.ts';
import { look } from './person.ts';
import { Violation } from './violation.ts';
import type { VirtualDisk } from './disk/virtualDisk.ts';

/** What a server has said is done survives a power cut: files that were put, and not touched since. */
export class AnsweredPuts {
  readonly #files = new Map<string, ContentId>();

  add(done: readonly Operation[]): void {
    for (const operation of done) {
      const paths = operation.kind === 'rename' ? [operation.from, operation.to] : [operation.path];
      if (operation.kind !== 'makeDirectory') for (const path of paths) this.touched(path);
      if (operation.kind === 'put' && operation.entry.kind === 'file')
        this.#files.set(operation.path, operation.entry.content);
    }
  }

  /** Something else is at a path now, whoever did it. */
  touched(path: string): void {
    for (const each of this.#files.keys()) if (each === path || each.startsWith(`${path}/`)) this.#files.delete(each);
  }

  /** Those that the disk holds still, with their texts. */
  standing(disk: VirtualDisk): ReadonlyMap<string, string> {
    const standing = new Map<string, string>();
    for (const [path, { kind, holds }] of look(disk, 'share')) {
      const isSame = kind === 'file' && contentIdOf(Buffer.from(holds)) === this.#files.get(path);
      if (isSame) standing.set(path, holds);
    }
    return standing;
  }

  /** Compares with what stood before a power cut. */
  fallen(disk: VirtualDisk, before: ReadonlyMap<string, string>): Violation[] {
    const seen = look(disk, 'share');
    return [...before].flatMap(([path, text]) => {
      const now = seen.get(path);
      if (now?.kind === 'file' && now.holds === text) return [];
      return [new Violation(`“${path}” was committed, and is “${now?.holds ?? 'not there'}” after a power cut.`)];
    });
  }
}
