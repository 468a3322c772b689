import fs, { readlinkSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { relative } from 'node:path';
import type { TestContext } from 'node:test';

type Call = (...args: unknown[]) => unknown;

/** What is done to the disk, in order: `sync PATH`, `link FROM TO`, `rename FROM TO`; paths below `directory`. */
export function watchDisk(t: TestContext, directory: string): string[] {
  const steps: string[] = [];
  const table = fs as unknown as Record<string, Call>;
  // the store names folders by descriptor, so that no link is followed
  const nameOf = (file: unknown): string =>
    relative(
      directory,
      String(file).replace(/^\/proc\/self\/fd\/\d+/, (descriptor) => readlinkSync(descriptor)),
    );
  const note = (call: string, describe: (args: unknown[]) => string): void => {
    const original = table[call] as Call;
    table[call] = (...args) => {
      steps.push(describe(args));
      return original(...args);
    };
    t.after(() => {
      table[call] = original;
      syncBuiltinESMExports();
    });
  };
  note('fsync', ([descriptor]) => `sync ${nameOf(`/proc/self/fd/${Number(descriptor)}`)}`);
  note('linkSync', ([from, to]) => `link ${nameOf(from)} ${nameOf(to)}`);
  note('renameSync', ([from, to]) => `rename ${nameOf(from)} ${nameOf(to)}`);
  note('unlinkSync', ([file]) => `unlink ${nameOf(file)}`);
  syncBuiltinESMExports();
  return steps;
}
