import type { ListRow } from '../../../server/protocol/messages/files.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import type { PlaceModel } from './placeModel.ts';

/** What the Server Files tree is made of. */
export type Row = PlaceRow | EntryRow | MoreRow;

/** A place, when several are shown. */
export interface PlaceRow {
  readonly kind: 'place';
  readonly place: PlaceModel;
}

export interface EntryRow {
  readonly kind: 'entry';
  readonly place: PlaceModel;
  readonly row: ListRow;
}

/** “Load more…” at the end of a folder that has more rows than have been read. */
export interface MoreRow {
  readonly kind: 'more';
  readonly place: PlaceModel;
  readonly folder: WirePath | undefined;
}

export const isRow = (value: unknown): value is Row =>
  typeof value === 'object' &&
  value !== null &&
  'kind' in value &&
  'place' in value &&
  (value.kind === 'place' || value.kind === 'entry' || value.kind === 'more');
