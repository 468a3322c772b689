import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DIRECTORY } from '../../server/protocol/entry.ts';
import { parseWirePath } from '../../server/protocol/wirePath.ts';
import { compareFolder } from '../../server/store/embedded/compareFolder.ts';
import { file } from '../support/treeNotation.ts';

const path = parseWirePath('folder');
const known = [
  { path: parseWirePath('folder/file'), entry: file('1'), rev: 1, modifiedAt: 0, identity: '' },
  { path: parseWirePath('folder/inner'), entry: DIRECTORY, rev: 2, modifiedAt: 0, identity: '' },
];

test('of a folder that cannot be listed nothing is missing', () => {
  const unreadable = { path: 'folder', code: 'AccessDenied' as const, message: 'Failed to read it.' };
  assert.deepEqual(compareFolder(known, { path, children: [], problems: [], unreadable }), {
    suspects: [],
    missing: [],
    problems: [unreadable],
  });
});

test('nor of one that has vanished: the folder above tells of that', () => {
  const unreadable = { path: 'folder', code: 'NotFound' as const, message: 'It is gone.' };
  const found = compareFolder(known, { path, children: [], problems: [], unreadable });
  assert.deepEqual(found, { suspects: [], missing: [], problems: [] });
});

test('of an empty folder everything is missing, except what is there and cannot be read', () => {
  const problem = { path: 'folder/file', code: 'AccessDenied' as const, message: 'Failed to read it.' };
  const { missing, problems } = compareFolder(known, { path, children: [], problems: [problem] });
  assert.deepEqual(missing, [known[1]]);
  assert.deepEqual(problems, [problem]);
});
