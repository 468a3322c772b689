import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { connect } from '../../extension/connect/connect.ts';
import type { ServerClient, UploadContent } from '../../extension/connect/serverClient.ts';
import { contentIdOf } from '../../server/protocol/contentId.ts';
import * as compute from '../../server/protocol/messages/compute.ts';
import * as files from '../../server/protocol/messages/files.ts';
import type { ContentSink } from '../../server/protocol/transfer/contentSink.ts';
import { parseWirePath } from '../../server/protocol/wirePath.ts';
import { ServerProcess } from '../support/programs.ts';
import type { Bench } from './bench.ts';
import { type Figure, quantile, time } from './figures.ts';

const SECONDS = 3;
const PIPELINED = 64;
const NUMBERS = 1_000_000;
const BULK = 192 * 1024 * 1024;
/** Between two calls under bulk, milliseconds. */
const CALL_EVERY_MS = 2;

/** Round trips of `compute/add` per second, and a sort of many numbers, on one connection over loopback. */
export async function measureCalls({ home, cleanUps }: Bench): Promise<Figure[]> {
  const server = await ServerProcess.start(
    { after: (cleanUp) => void cleanUps.push(cleanUp as never) },
    join(home, 'calls'),
  );
  const client = await connect({ url: server.url, token: server.token, clientName: 'bench', clientVersion: '1' });
  await rate(client, PIPELINED, 0.5);
  const one = await rate(client, 1, SECONDS);
  const many = await rate(client, PIPELINED, SECONDS);
  const numbers = Float64Array.from({ length: NUMBERS }, () => Math.random());
  await client.sortNumbers(numbers);
  const sort = await time(() => client.sortNumbers(numbers));
  const content = bulkContent();
  const underUpload = await callsDuring(client, () => client.upload('files', [content]));
  await client.request(files.commit, {
    share: 'files',
    id: 'calls-bulk',
    operations: [
      {
        kind: 'put',
        path: parseWirePath('bulk.bin'),
        entry: { kind: 'file', content: content.content, size: content.size, executable: false },
        expect: null,
      },
    ],
  });
  const part = { content: content.content, size: content.size, from: 0 };
  const underDownload = await callsDuring(client, () => client.download('files', [part], NOWHERE));
  client.close();
  await server.running.stop();
  return [
    { name: 'compute/add, one at a time', ours: one, unit: '/s' },
    { name: `compute/add, ${PIPELINED} under way`, ours: many, unit: '/s' },
    { name: 'a million numbers sorted', ours: sort, unit: 'ms' },
    ...underBulk('an upload', underUpload),
    ...underBulk('a download', underDownload),
  ];
}

function underBulk(what: string, times: readonly number[]): Figure[] {
  const name = `compute/add during ${what}`;
  return [
    { name: `${name}, p50`, ours: quantile(times, 0.5), unit: 'ms', note: 'on its connection' },
    { name: `${name}, p99`, ours: quantile(times, 0.99), unit: 'ms' },
  ];
}

function bulkContent(): UploadContent {
  const bytes = randomBytes(BULK);
  return {
    content: contentIdOf(bytes),
    size: BULK,
    async *open(from: number) {
      yield bytes.subarray(from);
    },
  };
}

/** Takes what is downloaded as fast as it comes, so that the disk of this side holds nothing back. */
const NOWHERE: ContentSink = {
  open: async () => ({ write: async () => {}, finish: async () => {}, abort: async () => {} }),
};

/** How long calls take while contents travel on their connection. */
async function callsDuring(client: ServerClient, transfer: () => Promise<void>): Promise<number[]> {
  let isUnderWay = true;
  const transferred = transfer().finally(() => (isUnderWay = false));
  const times: number[] = [];
  while (isUnderWay) {
    times.push(await time(() => client.request(compute.add, { values: [times.length, 1] })));
    await new Promise((resolve) => setTimeout(resolve, CALL_EVERY_MS));
  }
  await transferred;
  return times;
}

async function rate(client: ServerClient, underWay: number, seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let done = 0;
  const call = async (): Promise<void> => {
    while (performance.now() < end) {
      const { result } = await client.request(compute.add, { values: [done, 1] });
      if (typeof result !== 'number') throw new Error('The sum is no number.');
      done++;
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: underWay }, call));
  return done / ((performance.now() - begun) / 1000);
}
