import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sayHello } from '../../extension/connect/connect.ts';
import { openProcess } from '../../extension/connect/processTransport.ts';
import { RemoteFiles } from '../../extension/connect/remoteFiles.ts';
import { contentIdOf } from '../../server/protocol/contentId.ts';
import * as compute from '../../server/protocol/messages/compute.ts';
import { parseWirePath } from '../../server/protocol/wirePath.ts';
import { isSynclineError } from '../support/errors.ts';
import { cli, SERVER } from '../support/programs.ts';
import { pseudoRandom } from '../support/realTree.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

test('a server of its own speaks over standard input and output, and ends with the connection', async (t) => {
  const home = temporaryFolder(t);
  const folder = join(home, 'share');
  mkdirSync(folder);
  const made = await cli(['token', 'create', 'me', '--dir', folder]);
  assert.equal(made.status, 0, made.stderr);
  const link = await openProcess(process.execPath, [SERVER, 'serve', folder, '--stdio', '--metrics', 'off']);
  const client = await sayHello(link, { token: made.stdout.trim(), clientName: 'test', clientVersion: '1' });
  assert.deepEqual(await client.request(compute.add, { values: ['40', '2'] }), { result: 42 });
  const bytes = pseudoRandom('stdio', 3_000_000);
  const content = contentIdOf(bytes);
  const source = {
    content,
    size: bytes.length,
    async *open() {
      yield bytes;
    },
  };
  const entry = { kind: 'file', content, size: bytes.length, executable: false } as const;
  await new RemoteFiles(client, { share: 'files' }).put(parseWirePath('large.bin'), entry, source, null);
  assert.ok(readFileSync(join(folder, 'large.bin')).equals(bytes));
  client.close();
  assert.equal(await client.closed, null);
});

test('a program that does not exist is no connection', async () => {
  const open = openProcess('/no/such/program', []);
  await assert.rejects(open, isSynclineError('ConnectionFailed', { message: /there is no such program/ }));
});
