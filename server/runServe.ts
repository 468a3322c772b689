import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { failedLine, listeningLine, listeningText, tellWhereItListens } from './announcement.ts';
import { openLog } from './logging.ts';
import { SynclineError } from './protocol/errors.ts';
import { Server } from './server.ts';
import type { ServeOptions } from './serveOptions.ts';

export interface ServeWorld {
  readonly program: string;
  readonly stdin: Readable;
  readonly stdout: Writable;
}

const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Serves until told to stop: by a signal, by the end of stdio, or by the end of stdin where that was asked for. */
export async function runServe(options: ServeOptions, world: ServeWorld): Promise<number> {
  const { log, flush } = openLog(options.logLevel);
  // Signals count from the first moment on; a second one ends the process at once.
  const signals = new AbortController();
  const stopped = Promise.race(STOP_SIGNALS.map((name) => once(process, name, { signal: signals.signal })));
  stopped.catch(() => undefined);
  const onCrash = (error: unknown): void => {
    log.error({ error }, 'crashed');
    void flush().then(() => {
      process.stderr.write('syncline-server: Something went wrong inside; the log says more.\n');
      process.exit(3);
    });
  };
  process.on('uncaughtException', onCrash);
  try {
    const server = await Server.open(options, { ...world, log });
    log.info({ url: server.url, shares: options.shares, pid: process.pid }, 'listening');
    const forgetWhere = await tellWhereItListens(server, options);
    if (!options.stdio) {
      world.stdout.write(`${options.json ? listeningLine(server, options) : listeningText(server, options)}\n`);
    }
    const ends: Promise<unknown>[] = [stopped, server.stdioEnded];
    if (options.stopWithStdin && !options.stdio) ends.push(endOf(world.stdin));
    await Promise.race(ends);
    log.info({}, 'stopping');
    forgetWhere();
    await server.stop();
    log.info({}, 'stopped');
    return 0;
  } catch (error) {
    if (SynclineError.from(error).code === 'Internal') log.error({ error }, 'failed');
    if (options.json && !options.stdio) world.stdout.write(`${failedLine(error)}\n`);
    throw error;
  } finally {
    signals.abort();
    process.off('uncaughtException', onCrash);
    await flush();
  }
}

/** Whoever started the server has closed its end of the pipe, or is gone. */
function endOf(stdin: Readable): Promise<unknown> {
  stdin.resume();
  return Promise.race(['end', 'close', 'error'].map((event) => new Promise((resolve) => stdin.once(event, resolve))));
}
