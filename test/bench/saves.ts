import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '../../extension/connect/connect.ts';
import { RemoteFiles } from '../../extension/connect/remoteFiles.ts';
import { contentIdOf } from '../../server/protocol/contentId.ts';
import { parseWirePath } from '../../server/protocol/wirePath.ts';
import { ServerProcess } from '../support/programs.ts';
import { pseudoRandom } from '../support/realTree.ts';
import { Workspace } from '../support/workspace.ts';
import type { Bench } from './bench.ts';
import { type Figure, quantile, time } from './figures.ts';

const SAVES = 200;
const RSYNC_SAVES = 60;
const SIZE = 10_000;

/** From writing a file to the server's word that it is durable; with rsync, a run of it for the one file. */
export async function measureSaves(bench: Bench): Promise<Figure[]> {
  const { home, rsync, cleanUps } = bench;
  const server = await ServerProcess.start(
    { after: (cleanUp) => void cleanUps.push(cleanUp as never) },
    join(home, 'saves'),
  );
  const watched = await watchedSaves(server, home);
  const direct = await directSaves(server);
  await server.running.stop();
  const theirs: number[] = [];
  for (let at = 0; rsync && at < RSYNC_SAVES; at++) {
    const file = join(home, 'saved by rsync');
    writeFileSync(file, version(at));
    theirs.push(
      await time(async () => {
        const { status, stderr } = spawnSync('rsync', ['-a', '--fsync', file, `${rsync.url}/saves/`], {
          encoding: 'utf8',
        });
        if (status !== 0) throw new Error(stderr);
      }),
    );
  }
  const figures = (name: string, ours: readonly number[]): Figure[] =>
    (
      [
        ['p50', 0.5],
        ['p99', 0.99],
      ] as const
    ).map(([label, share]) => ({
      name: `${name}, ${label}`,
      ours: quantile(ours, share),
      theirs: rsync ? quantile(theirs, share) : undefined,
      unit: 'ms',
      note: label === 'p50' ? `${SAVES} saves; rsync: ${RSYNC_SAVES} runs for one file` : '',
    }));
  return [...figures('write to durable, watched', watched), ...figures('save to durable, in an editor', direct)];
}

/** A watching client finds out by itself; until its line that the operation is acknowledged. */
async function watchedSaves(server: ServerProcess, home: string): Promise<number[]> {
  const workspace = new Workspace(server, home, 'watched');
  workspace.write('saved.txt', 'begin\n');
  await workspace.watch();
  const times: number[] = [];
  for (let at = 0; at < SAVES; at++) {
    const from = workspace.running.lines.length;
    times.push(
      await time(async () => {
        writeFileSync(join(workspace.folder, 'saved.txt'), version(at));
        await workspace.running.line(
          'the save',
          ({ event, path }) => event === 'applied' && path === 'saved.txt',
          from,
        );
      }),
    );
  }
  await workspace.stop();
  return times;
}

/** What an editor does when it is told of a save: one round trip on a connection that is there. */
async function directSaves(server: ServerProcess): Promise<number[]> {
  const client = await connect({ url: server.url, token: server.token, clientName: 'bench', clientVersion: '1' });
  const files = new RemoteFiles(client, { share: 'files' });
  const path = parseWirePath('saved directly.txt');
  const times: number[] = [];
  let there: Parameters<RemoteFiles['put']>[3] = null;
  for (let at = 0; at < SAVES; at++) {
    times.push(
      await time(async () => {
        const bytes = version(at);
        const content = contentIdOf(bytes);
        const entry = { kind: 'file', content, size: bytes.length, executable: false } as const;
        const source = {
          content,
          size: bytes.length,
          async *open() {
            yield bytes;
          },
        };
        await files.put(path, entry, source, there);
        there = entry;
      }),
    );
  }
  client.close();
  return times;
}

/** A file as it is after the `at`-th save; its size changes, so that rsync sees it. */
const version = (at: number): Buffer => Buffer.from(pseudoRandom(`save ${at}`, SIZE / 2 + at).toString('hex'));
