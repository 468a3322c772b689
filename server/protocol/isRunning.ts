import { errnoOf } from './disk/diskError.ts';

/** Whether there is a process of this number on this machine, whoever's it is; in doubt there is. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errnoOf(error) !== 'ESRCH';
  }
}
