import { type ChildProcess, spawn } from 'node:child_process';
import { SynclineError } from '../../server/protocol/errors.ts';
import { ByteStreamLink } from '../../server/protocol/link/byteStreamLink.ts';
import type { Link } from '../../server/protocol/link/link.ts';

export interface ProcessOptions {
  readonly signal?: AbortSignal;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What the program says on its standard error. */
  readonly onStderr?: (text: string) => void;
}

/**
 * Starts a program that speaks the protocol on its standard input and output (`syncline-server serve DIR --stdio`) and gives
 * the link to it. The program ends when the link is closed; its end ends the link.
 *
 * @throws SynclineError `ConnectionFailed` when it cannot be started, `Cancelled`.
 */
export async function openProcess(
  command: string,
  args: readonly string[],
  { signal, cwd, env, onStderr }: ProcessOptions = {},
): Promise<Link> {
  if (signal?.aborted) throw new SynclineError('Cancelled');
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
    ...(env !== undefined && { env }),
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => onStderr?.(text));
  await started(child, command);
  return new ByteStreamLink(child.stdout, child.stdin);
}

function started(child: ChildProcess, command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'ENOENT' ? 'there is no such program' : cause.message;
      reject(new SynclineError('ConnectionFailed', `“${command}” cannot be started: ${why}.`, { cause }));
    });
  });
}
