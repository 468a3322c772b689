/** A kind of call that a program makes, by what it does to which path: where it can be made to die. */
export interface Place {
  /** Name of a function of `node:fs`, `exec` of a database, or `any` of those that change a file. */
  readonly call: string;
  /** What the path of the call, or of the database, ends in; of calls with two paths the first one. A regular expression. */
  readonly at?: string;
  /** The second path. */
  readonly to?: string;
  /** What the database is told; a regular expression. */
  readonly sql?: string;
  /** At least so many bytes are written. */
  readonly bytes?: number;
  /** `halfway`: half of the bytes have been written. */
  readonly when: 'before' | 'halfway' | 'after';
  /** The code of an error: every call that fits fails with it, and nobody dies. */
  readonly fails?: string;
  /** Of the calls that fit, counted from one; default: the first. */
  readonly nth?: number;
}

/** A call as it was made: paths absolute and real, not by way of an open folder. */
export interface Call {
  readonly call: string;
  readonly at: string;
  readonly to?: string;
  readonly sql?: string;
  readonly bytes?: number;
}

export function fits(place: Place, made: Call): boolean {
  const matches = (pattern: string | undefined, text = ''): boolean =>
    pattern === undefined || new RegExp(`${pattern}$`).test(text);
  return (
    (place.call === made.call || (place.call === 'any' && made.call !== 'exec')) &&
    (made.bytes ?? 0) >= (place.bytes ?? 0) &&
    matches(place.at, made.at) &&
    matches(place.to, made.to) &&
    matches(place.sql, made.sql)
  );
}
