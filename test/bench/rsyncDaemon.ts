import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

export interface RsyncDaemon {
  /** `rsync://127.0.0.1:PORT/bench` */
  readonly url: string;
  readonly folder: string;
  readonly version: string;
  stop(): Promise<void>;
}

/** Starts an rsync daemon on loopback; undefined where there is no rsync and it cannot be installed. */
export async function startRsync(home: string): Promise<RsyncDaemon | undefined> {
  const version = rsyncVersion() ?? installRsync();
  if (version === undefined) return undefined;
  const folder = join(home, 'rsync');
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const config = join(home, 'rsyncd.conf');
  const isRoot = process.getuid?.() === 0;
  const lines = [
    'use chroot = no',
    ...(isRoot ? ['uid = root', 'gid = root'] : []),
    '[bench]',
    `path = ${folder}`,
    'read only = no',
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  const daemon = spawn(
    'rsync',
    ['--daemon', '--no-detach', `--port=${port}`, '--address=127.0.0.1', `--config=${config}`],
    {
      stdio: 'ignore',
    },
  );
  await accepts(port);
  return {
    url: `rsync://127.0.0.1:${port}/bench`,
    folder,
    version,
    async stop() {
      daemon.kill();
      await once(daemon, 'exit');
    },
  };
}

function rsyncVersion(): string | undefined {
  const { status, stdout } = spawnSync('rsync', ['--version'], { encoding: 'utf8' });
  return status === 0 ? /version +v?([\d.]+)/.exec(stdout)?.[1] : undefined;
}

function installRsync(): string | undefined {
  if (process.getuid?.() !== 0) return undefined;
  console.log('rsync is missing: installing it with apt-get.');
  spawnSync('apt-get', ['install', '-y', '-q', 'rsync'], { stdio: 'ignore' });
  return rsyncVersion();
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Resolves when something accepts connections on a port of this machine. */
async function accepts(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const accepted = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (accepted) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
