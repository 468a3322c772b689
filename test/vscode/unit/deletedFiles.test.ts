import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deletedFiles } from '../../../extension/vscode/history/deletedFiles.ts';
import type { Version } from '../../../server/protocol/messages/files.ts';
import { contentIdOf } from '../../../server/protocol/contentId.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';

const version = (path: string, rev: number, reason: Version['reason']): Version => ({
  path: parseWirePath(path),
  rev,
  reason,
  entry: { kind: 'file', content: contentIdOf(Buffer.from(path)), size: 1, executable: false },
  at: rev,
  by: 'ann',
  since: null,
});

test('of what was deleted each path is listed once, unless it is there again or was only replaced', async () => {
  const versions = [
    version('gone', 9, 'deleted'),
    version('back', 8, 'deleted'),
    version('gone', 7, 'deleted'),
    version('edited', 6, 'replaced'),
    version('edited', 5, 'deleted'),
  ];
  const found = await deletedFiles(versions, (path) => Promise.resolve(path === 'back'));
  assert.deepEqual(
    found.map(({ path, rev }) => `${path} ${rev}`),
    ['gone 9'],
  );
});
