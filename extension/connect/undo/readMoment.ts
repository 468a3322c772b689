import type { Moment } from '../remoteFiles.ts';

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  second: 1_000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  d: 24 * 3_600_000,
  day: 24 * 3_600_000,
  w: 7 * 24 * 3_600_000,
  week: 7 * 24 * 3_600_000,
};

/**
 * A moment as a person writes it: a revision (`17`), a time (`2026-11-25T14:03`, `2026-11-25 14:03:20`, `2026-11-25`; local
 * unless it ends in Z or an offset), or how long ago (`10m`, `10 minutes ago`, `2 days`); null for anything else.
 */
export function readMoment(text: string): Moment | null {
  const trimmed = text.trim();
  if (/^\d{1,15}$/.test(trimmed)) return { rev: Number(trimmed) };
  const [, count, unit] = /^(\d{1,9})\s*([a-z]+?)s?(?:\s+ago)?$/i.exec(trimmed) ?? [];
  const length = unit === undefined ? undefined : UNITS[unit.toLowerCase()];
  if (length !== undefined) return { agoMs: Number(count) * length };
  // a date alone would be taken for midnight in Greenwich
  const time = /^\d{4}-\d\d-\d\d$/.test(trimmed) ? Date.parse(`${trimmed}T00:00`) : Date.parse(trimmed);
  return /^\d{4}-\d\d-\d\d/.test(trimmed) && !Number.isNaN(time) ? { time } : null;
}
