import type { DiskObserver } from './disk/virtualDisk.ts';
import { VirtualDisk, diskFault } from './disk/virtualDisk.ts';
import type { Program, Scheduler } from './scheduler.ts';

/** How badly a disk behaves for the time being. Probabilities are per call. */
export interface DiskFaults {
  readonly failing: number;
  readonly short: number;
  readonly codes: readonly string[];
}

export const SOUND: DiskFaults = { failing: 0, short: 0, codes: [] };

const EPOCH_MS = 1_790_000_000_000;

/** Calls that ask for room on the disk. */
const GROWING: ReadonlySet<string> = new Set(['open', 'write', 'mkdir', 'link', 'symlink', 'rename', 'copyFile']);
/** Calls that use up a descriptor. */
const OPENING: ReadonlySet<string> = new Set(['open', 'readdir', 'copyFile', 'readFile', 'watch']);

/** A computer: a disk, a clock of its own, and at most one program of ours that runs on it. */
export class Machine {
  readonly name: string;
  readonly disk: VirtualDisk;
  readonly scheduler: Scheduler;
  faults: DiskFaults = SOUND;
  /** Calls until the program dies in the middle of one; null: it does not. */
  dyingAfter: number | null = null;
  program: Program | null = null;
  /** Called at the very moment of a death. */
  onDeath: () => void = () => {};
  /** How far the clock on the wall is off, milliseconds. */
  clockOffMs = 0;

  constructor(name: string, device: number, scheduler: Scheduler, observer: DiskObserver) {
    this.name = name;
    this.scheduler = scheduler;
    this.disk = new VirtualDisk(name, BigInt(device), () => this.#stamp());
    this.disk.observer = observer;
  }

  /** Milliseconds since 1970, as programs see it. */
  wallClock(): number {
    return EPOCH_MS + Math.floor(this.scheduler.now / 1000) + this.clockOffMs;
  }

  /** Asked before every call of a program; throws when it fails. `false`: it is to be done by half. */
  enter(call: string, subject: string): boolean {
    const { scheduler, program } = this;
    if (scheduler.current !== program || !program?.alive) throw diskFault('EIO', call);
    const { random, trace } = scheduler;
    scheduler.spend(random.chance(0.01) ? 2000 + random.below(10_000) : 3 + random.below(40));
    trace.add(`  ${call} ${subject}`);
    if (this.dyingAfter !== null && --this.dyingAfter <= 0) {
      this.die();
      throw diskFault('EIO', call);
    }
    const { failing, short, codes } = this.faults;
    if (random.chance(failing)) {
      const code = random.pick(codes);
      if (canFail(call, code)) {
        trace.add(`  ${code}`);
        throw diskFault(code, call);
      }
    }
    return !random.chance(short);
  }

  /** The program is no more. */
  die(): void {
    if (!this.program) return;
    this.scheduler.trace.add(`  ${this.name} dies`);
    this.program.alive = false;
    this.dyingAfter = null;
    this.onDeath();
  }

  /** A kernel stamps with the time of its last tick. */
  #stamp(): bigint {
    const tick = Math.floor((this.scheduler.now / 1000 + this.clockOffMs) / 10) * 10;
    return BigInt(EPOCH_MS + tick) * 1_000_000n + 374_871n;
  }
}

function canFail(call: string, code: string): boolean {
  if (code === 'ENOSPC') return GROWING.has(call);
  if (code === 'EMFILE') return OPENING.has(call);
  if (code === 'EBUSY') return call === 'rename' || call === 'unlink' || call === 'rmdir' || call === 'open';
  if (code === 'EACCES') return call !== 'read' && call !== 'write' && call !== 'fsync' && call !== 'fstat';
  return true;
}
