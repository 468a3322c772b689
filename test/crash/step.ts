import type { Place } from './place.ts';

/** Something a program does on the way, and the process may die right there. */
export interface Step {
  readonly name: string;
  readonly place: Place;
  /** Where it has died before, so that there is something to recover. */
  readonly after?: Place;
}

export const step = (name: string, place: Place, after?: Place): Step => ({ name, place, ...(after && { after }) });
