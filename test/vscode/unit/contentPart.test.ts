import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { downloadPart } from '../../../extension/vscode/files/contentPart.ts';
import { lastPart, PART_BYTES, partFrom, partTitle, readOffset } from '../../../extension/vscode/files/partChoice.ts';
import { stat } from '../../../server/protocol/messages/files.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';
import { startServer } from '../../support/serverProcess.ts';
import { SyncedFolder } from '../../support/syncedFolder.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

test('fetches a stretch of a large file, and not the rest of it', async (t) => {
  const directory = temporaryFolder(t);
  const bytes = Buffer.alloc(24 * 1024 * 1024);
  for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE((at * 2654435761) >>> 0, at);
  writeFileSync(join(directory, 'large'), bytes);
  const server = await startServer(t, { directory });
  const client = await new SyncedFolder(t, server).connection.client();
  const { found } = await client.request(stat, { share: 'files', path: parseWirePath('large') });
  assert.ok(found?.entry.kind === 'file');
  const { content, size } = found.entry;
  const before = client.traffic.received;
  for (const [from, to] of [
    [0, 10],
    [size - 7, size],
    [12_345_678, 12_345_678 + 300_000],
    [5, 5],
  ] as const) {
    const part = await downloadPart(client, 'files', { content, size, from, to });
    assert.deepEqual(Buffer.from(part), bytes.subarray(from, to), `${from} to ${to}`);
  }
  assert.ok(client.traffic.received - before < size / 2, `${client.traffic.received - before} of ${size} bytes`);
  await assert.rejects(downloadPart(client, 'files', { content, size, from: 0, to: size + 1 }), {
    code: 'InvalidParams',
  });
  assert.ok((await client.request(stat, { share: 'files', path: parseWirePath('large') })).found, 'the wire goes on');
});

test('a part begins where a person says, by bytes or by a share of the file', () => {
  const size = 10_000_000;
  assert.deepEqual(
    ['0', '50%', '1.5 MB', '200kb', '10000000', '101%', '20 MB', 'x', '-1'].map((text) => readOffset(text, size)),
    [0, 5_000_000, 1_500_000, 200_000, 10_000_000, undefined, undefined, undefined, undefined],
  );
  assert.deepEqual(partFrom(size, 5), { from: 5, to: 5 + PART_BYTES });
  assert.deepEqual(lastPart(size), { from: size - PART_BYTES, to: size });
  assert.deepEqual(lastPart(10), { from: 0, to: 10 });
  assert.equal(partTitle('log', { from: 0, to: 1_000_000 }, size), 'log (0 B to 1.0 MB of 10.0 MB)');
});
