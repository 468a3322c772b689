// Every guard that a promise rests on, with the edit that takes it away. Removing one has to turn a test red: see run.ts.

import { CLIENT_GUARDS } from './clientGuards.ts';
import { SERVER_GUARDS } from './serverGuards.ts';
import { WIRE_GUARDS } from './wireGuards.ts';

export interface Guard {
  /** What is taken away, as the rest of “without …”. */
  readonly name: string;
  /** Of GUARANTEES.md, 1 to 10. */
  readonly promise: number;
  /** The source file, from the root of the repository. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  /** What stands there when the guard is gone. */
  readonly replace: string;
  /** Without this guard at least one of these fails. */
  readonly tests: readonly GuardTest[];
  /** Without the guard something never ends, so a test that runs into its limit counts as red. */
  readonly hangs?: boolean;
}

export interface GuardTest {
  readonly file: string;
  /** The title, or a part of it that occurs in no other title of the file. */
  readonly title: string;
}

export const GUARDS: readonly Guard[] = [...SERVER_GUARDS, ...CLIENT_GUARDS, ...WIRE_GUARDS];

/** The source without the guard. @throws Error when the edit does not apply, or not in exactly one place. */
export function withoutGuard(source: string, { name, file, find, replace }: Guard): string {
  const places = source.split(find).length - 1;
  if (places !== 1) throw new Error(`“${name}”: its text stands ${places} times in ${file}, not once.`);
  return source.replace(find, () => replace);
}
