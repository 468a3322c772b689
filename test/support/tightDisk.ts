import { spawnSync } from 'node:child_process';

/**
 * What a program is run by so that `folder` is a disk of its own with room for so many MiB: a tmpfs in a mount namespace of
 * the program alone, which goes away with it. Needs no rights beyond those of any user on Linux; undefined where a container
 * forbids even that.
 */
export function onTightDisk(folder: string, mebibytes: number): readonly string[] | undefined {
  const isRoot = process.getuid?.() === 0;
  const unshare = ['unshare', ...(isRoot ? [] : ['--user', '--map-root-user']), '--mount'];
  const script = `mount -t tmpfs -o size=${mebibytes}m tmpfs "$0" && exec "$@"`;
  const command = [...unshare, 'sh', '-c', script, folder];
  return spawnSync(command[0] ?? '', [...command.slice(1), 'true']).status === 0 ? command : undefined;
}

/**
 * The next best thing to a full disk: no file may grow beyond so many KiB, and the system says so with an error in the
 * middle of a write.
 */
export const withSmallFiles = (kibibytes: number): readonly string[] => [
  'sh',
  '-c',
  `trap '' XFSZ; ulimit -f ${kibibytes * 2}; exec "$@"`,
  'sh',
];
