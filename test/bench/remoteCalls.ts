// Calls of a running server, for comparing with other kinds of remote calls:
//
//   node test/bench/remoteCalls.ts URL TOKEN-FILE add-seq|add-pipe|sort COUNT UNDER-WAY
//
// prints {"seconds": …}, measured around the calls in this process, after a short warming up. add-seq and add-pipe: COUNT times
// compute/add, one at a time or UNDER-WAY of them at once; sort: COUNT random whole numbers in one call, the answer being checked.

import { readFileSync } from 'node:fs';
import { connect } from '../../extension/connect/connect.ts';
import type { ServerClient } from '../../extension/connect/serverClient.ts';
import * as compute from '../../server/protocol/messages/compute.ts';

const [url = '', tokenFile = '', kind = '', count = '0', underWay = '1'] = process.argv.slice(2);
const token = readFileSync(tokenFile, 'utf8').trim();
const client = await connect({ url, token, clientName: 'bench', clientVersion: '1' });
try {
  if (kind === 'sort') await sort(client, 1000);
  else await add(client, 200, 1);
  const seconds =
    kind === 'sort' ? await sort(client, Number(count)) : await add(client, Number(count), Number(underWay));
  console.log(JSON.stringify({ seconds }));
} finally {
  client.close();
}

async function add(server: ServerClient, calls: number, atOnce: number): Promise<number> {
  let next = 0;
  const work = async (): Promise<void> => {
    for (let i = next++; i < calls; i = next++) {
      const { result } = await server.request(compute.add, { values: [i, 1] });
      if (result !== i + 1) throw new Error(`${i} + 1 was answered ${result}.`);
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: atOnce }, work));
  return (performance.now() - begun) / 1000;
}

async function sort(server: ServerClient, length: number): Promise<number> {
  const numbers = Float64Array.from({ length }, () => Math.floor(Math.random() * 1e9));
  const begun = performance.now();
  const sorted = await server.sortNumbers(numbers);
  const seconds = (performance.now() - begun) / 1000;
  if (sorted.some((value, index) => index > 0 && value < (sorted[index - 1] as number))) throw new Error('not sorted');
  return seconds;
}
