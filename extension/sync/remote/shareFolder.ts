import type { Operation } from '../../../server/protocol/messages/files.ts';
import type { Change } from '../../../server/protocol/messages/values.ts';
import { isWithin, type WirePath } from '../../../server/protocol/wirePath.ts';

/** The folder of a share that a target is about, and how its paths are written on both sides of that border. */
export class ShareFolder {
  readonly share: string;
  readonly dir: WirePath | undefined;

  constructor(share: string, dir: WirePath | undefined) {
    this.share = share;
    this.dir = dir;
  }

  toShare(path: WirePath): WirePath {
    return this.dir === undefined ? path : (`${this.dir}/${path}` as WirePath);
  }

  operationToShare(operation: Operation): Operation {
    if (this.dir === undefined) return operation;
    if (operation.kind !== 'rename') return { ...operation, path: this.toShare(operation.path) };
    return { ...operation, from: this.toShare(operation.from), to: this.toShare(operation.to) };
  }

  /**
   * A change as it is seen in the folder; null when it does not concern it, `unknown` when it cannot be told from the change
   * alone what the folder holds then.
   */
  changeFromShare(change: Change): Change | null | 'unknown' {
    const { dir } = this;
    if (dir === undefined) return change;
    const within = (path: WirePath): boolean => path !== dir && isWithin(path, dir);
    const strip = (path: WirePath): WirePath => path.slice(dir.length + 1) as WirePath;
    if (change.kind !== 'rename') {
      if (within(change.path)) return { ...change, path: strip(change.path) };
      const isFolderPut = change.kind === 'put' && change.entry.kind === 'directory';
      return isWithin(dir, change.path) && !isFolderPut ? 'unknown' : null;
    }
    const { from, to, rev } = change;
    if (isWithin(dir, from) || isWithin(dir, to)) return 'unknown';
    if (within(from) && within(to)) return { ...change, from: strip(from), to: strip(to) };
    if (within(from)) return { kind: 'delete', rev, path: strip(from) };
    return within(to) ? 'unknown' : null;
  }
}
