import { InvalidArgumentError } from 'commander';
import type { Moment } from '../connect/remoteFiles.ts';
import { readMoment } from '../connect/undo/readMoment.ts';

/** An option that is a moment: a revision, a time, or how long ago. */
export function parseMoment(text: string): Moment {
  const moment = readMoment(text);
  if (moment) return moment;
  throw new InvalidArgumentError(
    'It takes a revision (17), a time (2026-11-25T14:03) or how long ago (10m, “2 days ago”).',
  );
}
