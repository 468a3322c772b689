// A program and everything it starts, ended together: also when this process itself is killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

const GRACE_MS = 3_000;

export class ProcessGroup {
  readonly child: ChildProcess;
  readonly #lifeline: ChildProcess;

  /** stdout and stderr are pipes; the caller reads both. */
  constructor(command: string, args: readonly string[], environment: NodeJS.ProcessEnv) {
    this.child = spawn(command, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    // Waits for the end of its input, which comes when this process dies in whatever way.
    this.#lifeline = spawn('sh', ['-c', `read -r _; kill -s KILL -- -${this.child.pid}`], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.#lifeline.unref();
  }

  /** Ends the group: asks first, kills what is left after three seconds. */
  async stop(): Promise<void> {
    this.#lifeline.kill('SIGKILL');
    const ended = this.child.exitCode !== null || this.child.signalCode !== null ? undefined : once(this.child, 'exit');
    this.#signal('SIGTERM');
    const deadline = Date.now() + GRACE_MS;
    while (this.#signal(0) && Date.now() < deadline) await delay(20);
    this.#signal('SIGKILL');
    await ended;
  }

  /** False when nobody is left in the group. */
  #signal(signal: NodeJS.Signals | 0): boolean {
    if (this.child.pid === undefined) return false;
    try {
      return process.kill(-this.child.pid, signal);
    } catch {
      return false;
    }
  }
}
