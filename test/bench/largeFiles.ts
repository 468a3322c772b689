import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cli, ServerProcess } from '../support/programs.ts';
import type { Bench } from './bench.ts';
import { type Figure, time } from './figures.ts';

const SIZE = 64 * 1024 * 1024;

/** First upload of a large file that does not compress, and then with one byte inserted in its middle; both durable. */
export async function measureLargeFiles({ home, rsync, cleanUps }: Bench): Promise<Figure[]> {
  const folder = join(home, 'large file');
  const server = await ServerProcess.start(
    { after: (cleanUp) => void cleanUps.push(cleanUp as never) },
    join(home, 'large'),
  );
  mkdirSync(folder);
  let bytes: Buffer = randomBytes(SIZE);
  const steps: { name: string; ours: number; theirs?: number; note: string }[] = [];
  for (const name of ['first upload of 64 MiB', 'one byte inserted into 64 MiB']) {
    writeFileSync(join(folder, 'large.bin'), bytes);
    let sent = 0;
    const ours = await time(async () => {
      const done = await cli(['sync', folder, `${server.url}/files`, '--once', '--mode', 'push', '--json'], {
        env: server.env(),
      });
      if (done.status !== 0) throw new Error(done.stderr);
      sent = Number(done.lines.at(-1)?.['bytesSent']);
    });
    if (!readFileSync(join(server.folder, 'large.bin')).equals(bytes)) throw new Error('The files differ.');
    const theirs =
      rsync &&
      (await time(async () => {
        const { status, stderr } = spawnSync('rsync', ['-a', '--fsync', `${folder}/`, `${rsync.url}/large/`], {
          encoding: 'utf8',
        });
        if (status !== 0) throw new Error(stderr);
      }));
    const note = `ours sent ${(sent / 1e6).toFixed(2)} MB; rsync --fsync`;
    steps.push({ name, ours, ...(theirs !== undefined && { theirs }), note });
    bytes = Buffer.concat([bytes.subarray(0, SIZE / 2), Buffer.from('!'), bytes.subarray(SIZE / 2)]);
  }
  await server.running.stop();
  return steps.map((step) => ({ ...step, unit: 'ms' }));
}
