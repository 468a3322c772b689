import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { contentIdOf } from '../../server/protocol/contentId.ts';
import { SynclineError } from '../../server/protocol/errors.ts';
import { LocalEndpoint } from '../../extension/sync/local/localEndpoint.ts';
import { SafetyCopies } from '../../extension/sync/local/safetyCopies.ts';
import { StatCache } from '../../extension/sync/local/statCache.ts';
import { EMPTY_TREE } from '../../extension/sync/tree/tree.ts';
import { MemoryEndpoint } from '../support/memoryEndpoint.ts';
import { fileEntry, path } from '../support/shareUser.ts';
import { startServer } from '../support/serverProcess.ts';
import { SyncedFolder } from '../support/syncedFolder.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { harvest, plant } from '../support/tree.ts';

const NEW = 'the new content, of which any number of bytes may be read before the disk fails';
const OLD = { 'd/a': 'the old content', other: '1' };
const BEFORE = { d: null, ...OLD };
const PUT = { kind: 'put', path: path('d/a'), entry: fileEntry(NEW), expect: fileEntry(OLD['d/a']) } as const;

test('row 2: an upload whose source fails or ends at any byte leaves the file on the server as it was', async (t) => {
  const server = await startServer(t);
  plant(server.directory, OLD);
  const folder = new SyncedFolder(t, server);
  await folder.serverSees(OLD);
  const client = await folder.connection.client();
  const bytes = Buffer.from(NEW);
  for (let length = 0; length < bytes.length; length++) {
    for (const fails of [true, false]) {
      const content = {
        content: contentIdOf(bytes),
        size: bytes.length,
        hint: 'a',
        async *open() {
          if (length > 0) yield bytes.subarray(0, length);
          if (fails) throw new SynclineError('StorageFailed');
        },
      };
      const commit = { id: `${length} ${fails}`, operations: [PUT] };
      const code = fails ? 'StorageFailed' : 'ContentMismatch';
      await assert.rejects(client.uploadAndCommit('files', [content], commit), { code });
      assert.deepEqual(harvest(server.directory), BEFORE, `after ${length} bytes`);
    }
  }
});

test('row 2: a download whose source fails or ends at any byte leaves the file here as it was', async (t) => {
  const folder = temporaryFolder(t);
  const root = join(folder, 'root');
  mkdirSync(root);
  plant(root, OLD);
  const endpoint = new LocalEndpoint({
    root,
    stateDirectory: join(folder, 'state'),
    cache: new StatCache(),
    safety: new SafetyCopies(join(folder, 'state/safety'), () => 0),
    log: () => {},
  });
  await endpoint.scan({ look: 'everything', base: EMPTY_TREE });
  const bytes = Buffer.from(NEW);
  const source = new MemoryEndpoint().read();
  for (let length = 0; length < bytes.length; length++) {
    for (const fails of [true, false]) {
      source.send = async (_wanted, sink) => {
        const writer = await sink.open({ content: contentIdOf(bytes), size: bytes.length, from: 0 });
        if (length > 0) await writer.write(bytes.subarray(0, length));
        await (fails ? writer.abort() : writer.finish());
        throw new SynclineError('ConnectionFailed');
      };
      const code = fails ? 'ConnectionFailed' : 'ContentMismatch';
      await assert.rejects(endpoint.apply([PUT], source, { onOutcome: () => {} }), { code });
      assert.deepEqual(harvest(root), BEFORE, `after ${length} bytes`);
    }
  }
});
