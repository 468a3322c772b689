import * as l10n from '@vscode/l10n';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { isWithin, type WirePath } from '../../../server/protocol/wirePath.ts';
import { parseTarget, type ServerAddress } from '../../connect/target.ts';
import { errorText } from '../messages/errorText.ts';

/** A place that a person has declared production: a whole server, a share of it, or a folder in a share. */
export interface ProductionMark {
  readonly url: string;
  /** Undefined: every share of the server. */
  readonly share: string | undefined;
  readonly dir: WirePath | undefined;
}

/** What may be production: a path of a share, or all of a share. */
export type MarkedPlace = Pick<ServerAddress, 'url' | 'share' | 'dir'>;

/** Entries of `syncline.production`. One that is no address marks nothing, and is told of. */
export function readMarks(value: unknown): { readonly marks: readonly ProductionMark[]; readonly faults: string[] } {
  const faults: string[] = [];
  if (value !== undefined && !Array.isArray(value))
    faults.push(l10n.t('The setting syncline.production must be a list.'));
  const marks = (Array.isArray(value) ? value : []).flatMap((entry: unknown) => {
    try {
      return [markOf(entry)];
    } catch (error) {
      faults.push(`syncline.production: ${errorText(error)}`);
      return [];
    }
  });
  return { marks, faults };
}

/** Pure. Whether anything of the place lies in what is marked: what holds a marked folder is marked with it. */
export function isMarked(place: MarkedPlace, marks: readonly ProductionMark[]): boolean {
  return marks.some((mark) => covers(mark, place));
}

export const markOfAddress = ({ url, share, dir }: MarkedPlace): ProductionMark => ({ url, share, dir });

/** The entries of the setting without those that mark the place. */
export function withoutMarks(value: unknown, place: MarkedPlace): unknown[] {
  return (Array.isArray(value) ? value : []).filter((entry: unknown) => {
    const [mark] = readMarks([entry]).marks;
    return !mark || !covers(mark, place);
  });
}

function markOf(entry: unknown): ProductionMark {
  if (typeof entry !== 'string') throw new SynclineError('Usage', l10n.t('An entry must be an address.'));
  const text = entry.replace(/\/+$/, '');
  // a server alone is no target, but can be marked
  if (/^wss?:\/\/[^/]+$/i.test(text)) return { url: parseTarget(`${text}/any`).url, share: undefined, dir: undefined };
  return markOfAddress(parseTarget(text));
}

function covers(mark: ProductionMark, { url, share, dir }: MarkedPlace): boolean {
  if (mark.url !== url) return false;
  if (mark.share === undefined) return true;
  if (mark.share !== share) return false;
  if (mark.dir === undefined || dir === undefined) return true;
  return isWithin(dir, mark.dir) || isWithin(mark.dir, dir);
}
