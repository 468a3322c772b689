import { existsSync, readFileSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Line } from './programs.ts';

/** The wire log that `SYNCLINE_WIRE_LOG` made a client keep. */
export function readWireLog(path: string): Line[] {
  if (!existsSync(path)) return [];
  const whole = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return whole.filter((line) => line !== '').map((line) => JSON.parse(line) as Line);
}

/** The methods that were called from here, in order. */
export const messages = (path: string): string[] =>
  readWireLog(path).flatMap(({ way, method, id }) =>
    way === 'sent' && id !== undefined && typeof method === 'string' ? [method] : [],
  );

/** Bytes sent in transfers that were completed. */
export const transferredBytes = (path: string): number =>
  readWireLog(path)
    .filter(({ way, transfer }) => way === 'sent' && transfer !== undefined)
    .reduce((sum, { bytes }) => sum + Number(bytes), 0);

/** Resolves when the log has a line that fits; fails when the program that keeps it ends before. */
export async function untilLine(
  path: string,
  fits: (line: Line) => boolean,
  keeper: { readonly ended: Promise<{ readonly stderr: string }> },
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const check = (): void => {
    if (readWireLog(path).some(fits)) resolve();
  };
  const watcher = watch(dirname(path), (_event, name) => {
    if (name === basename(path)) check();
  });
  void keeper.ended.then(({ stderr }) => {
    check();
    reject(new Error(`The line never came.\n${stderr}`));
  });
  check();
  try {
    await promise;
  } finally {
    watcher.close();
  }
}
