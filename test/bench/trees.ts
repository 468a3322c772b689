import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { cli, ServerProcess } from '../support/programs.ts';
import { diff } from '../support/compareTrees.ts';
import { type Figure, median, time } from './figures.ts';
import type { RsyncDaemon } from './rsyncDaemon.ts';
import type { Bench } from './bench.ts';

/** No further round is begun after this, milliseconds: on a slow machine one has to do. */
const BUDGET_MS = 30_000;

/** First sync of a tree, taking turns, each into a new place; then syncing it again when nothing has changed. */
export async function measureTrees({ home, tree, rsync, cleanUps }: Bench, rounds = 2, repeats = 3): Promise<Figure[]> {
  const first = { ours: [] as number[], theirs: [] as number[], durable: [] as number[] };
  const again = { ours: [] as number[], theirs: [] as number[] };
  const begun = performance.now();
  for (let round = 0; round < rounds && performance.now() - begun < BUDGET_MS; round++) {
    const server = await ServerProcess.start(
      { after: (cleanUp) => void cleanUps.push(cleanUp as never) },
      join(home, `round ${round}`),
    );
    const sync = async (): Promise<void> => {
      const { status, stderr } = await cli(['sync', tree, `${server.url}/files`, '--once', '--mode', 'push'], {
        env: server.env(),
      });
      if (status !== 0) throw new Error(stderr);
    };
    first.ours.push(await time(sync));
    const difference = diff(tree, server.folder);
    if (difference) throw new Error(`The trees differ:\n${difference}`);
    if (rsync) {
      first.theirs.push(await time(() => run(rsync, tree, `plain ${round}`)));
      first.durable.push(await time(() => run(rsync, tree, `durable ${round}`, '--fsync')));
    }
    for (let repeat = 0; repeat < repeats; repeat++) {
      again.ours.push(await time(sync));
      if (rsync) again.theirs.push(await time(() => run(rsync, tree, `plain ${round}`)));
    }
    await server.running.stop();
  }
  const theirs = (values: readonly number[]): number | undefined => (rsync ? median(values) : undefined);
  return [
    {
      name: 'first sync of the tree',
      ours: median(first.ours),
      theirs: theirs(first.theirs),
      unit: 'ms',
      note: 'ours fsyncs every file, rsync none',
    },
    {
      name: 'first sync, both durable',
      ours: median(first.ours),
      theirs: theirs(first.durable),
      unit: 'ms',
      note: 'rsync --fsync',
    },
    { name: 'sync with nothing to do', ours: median(again.ours), theirs: theirs(again.theirs), unit: 'ms' },
  ];
}

async function run({ url }: RsyncDaemon, tree: string, name: string, ...options: string[]): Promise<void> {
  const { status, stderr } = spawnSync('rsync', ['-a', '--delete', ...options, `${tree}/`, `${url}/${name}/`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
}
