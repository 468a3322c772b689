import { spawnSync } from 'node:child_process';

/**
 * What a program is run by so that it has mounts of its own, which go away with it; undefined where that is forbidden. No rights are
 * needed beyond those of any user on Linux.
 */
export function withOwnMounts(): readonly string[] | undefined {
  const isRoot = process.getuid?.() === 0;
  const command = ['unshare', ...(isRoot ? [] : ['--user', '--map-root-user']), '--mount'];
  return spawnSync('unshare', [...command.slice(1), 'true']).status === 0 ? command : undefined;
}

/** Lets such a program, while it runs, see a folder as read-only, or as it was again. */
export function mountReadOnly(pid: number, folder: string, isReadOnly: boolean): void {
  const isRoot = process.getuid?.() === 0;
  const enter = ['--target', String(pid), ...(isRoot ? [] : ['--user', '--preserve-credentials']), '--mount'];
  const script = isReadOnly ? 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"' : 'umount --lazy "$0"';
  const { status, stderr } = spawnSync('nsenter', [...enter, 'sh', '-c', script, folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`The folder could not be mounted anew: ${stderr}`);
}

/** How such a program sees a path. */
export const asSeenBy = (pid: number, path: string): string => `/proc/${pid}/root${path}`;
