import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { connect } from '../../extension/connect/connect.ts';
import type { ServerClient } from '../../extension/connect/serverClient.ts';
import { contentIdOf } from '../../server/protocol/contentId.ts';
import * as compute from '../../server/protocol/messages/compute.ts';
import * as files from '../../server/protocol/messages/files.ts';
import { parseWirePath } from '../../server/protocol/wirePath.ts';
import { ServerProcess } from '../support/programs.ts';
import { quantile, time } from './figures.ts';
import { usageOf } from './processMeter.ts';
import type { ScaleRow } from './scale.ts';

const COMMITS = 20;
const CALLS_EACH = 20;

/** Clients that are all connected and watch the share: to connect them, to tell each of a commit, and a call of each at once. */
export async function measureClients(home: string, count: number, told: (row: ScaleRow) => void): Promise<void> {
  mkdirSync(home, { recursive: true });
  const server = await ServerProcess.start({ after: () => {} }, home);
  const clients: ServerClient[] = [];
  let cpu = usageOf(server.running.child.pid ?? 0)?.cpu ?? 0;
  const tell = (step: string, ms: number): void => {
    const now = usageOf(server.running.child.pid ?? 0) ?? { cpu: 0, peakMb: 0 };
    told({ what: 'clients', size: count, step, ms, server: { ...now, cpu: now.cpu - cpu } });
    cpu = now.cpu;
  };
  try {
    const connectAll = async (): Promise<void> => {
      for (let n = 0; n < count; n++) {
        const client = await connect({ url: server.url, token: server.token, clientName: 'bench', clientVersion: '1' });
        await client.request(files.watch, { share: 'files' });
        clients.push(client);
      }
    };
    tell('connect and watch, one after the other', await time(connectAll));
    const times: number[] = [];
    for (let n = 0; n < COMMITS; n++) times.push(await time(() => commitAndHear(clients, n)));
    tell('a commit until all have heard of it (median)', quantile(times, 0.5));
    const calls: number[] = [];
    await Promise.all(
      clients.map(async (client) => {
        for (let n = 0; n < CALLS_EACH; n++)
          calls.push(await time(() => client.request(compute.add, { values: [n, 1] })));
      }),
    );
    tell('compute/add, all at once (p99)', quantile(calls, 0.99));
  } finally {
    for (const client of clients) client.close();
    await server.running.stop();
  }
}

async function commitAndHear(clients: readonly ServerClient[], n: number): Promise<void> {
  const [first] = clients as [ServerClient];
  const bytes = Buffer.from(`commit ${n}`);
  const content = contentIdOf(bytes);
  const heard = clients.map((client) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const listening = client.onFilesDidChange(() => {
      listening.dispose();
      resolve();
    });
    return promise;
  });
  const entry = { kind: 'file', content, size: bytes.length, executable: false } as const;
  const operation = { kind: 'put', path: parseWirePath(`file-${n}`), entry, expect: null } as const;
  const upload = {
    content,
    size: bytes.length,
    async *open(from: number) {
      yield bytes.subarray(from);
    },
  };
  await first.uploadAndCommit('files', [upload], { id: randomUUID(), operations: [operation] });
  await Promise.all(heard);
}
