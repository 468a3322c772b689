import { readFileSync } from 'node:fs';

/** Clock ticks of /proc a second, on every Linux. */
const TICKS = 100;

/** What a process has used, read from `/proc` (so on Linux alone). */
export interface Usage {
  /** Seconds of all its threads. */
  readonly cpu: number;
  /** The most memory that was resident at a time, MiB. */
  readonly peakMb: number;
}

export function usageOf(pid: number): Usage | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    // it has ended, and nobody has taken notice yet
    if (!peak) return undefined;
    return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS, peakMb: Number(peak[1]) / 1024 };
  } catch {
    return undefined;
  }
}

/** Follows a process to its end; what it used last is known to a tenth of a second. */
export class ProcessMeter {
  #last: Usage = { cpu: 0, peakMb: 0 };
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number) {
    this.#timer = setInterval(() => (this.#last = usageOf(pid) ?? this.#last), 100);
  }

  stop(): Usage {
    clearInterval(this.#timer);
    return this.#last;
  }
}
