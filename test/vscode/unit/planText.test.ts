import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentIdOf } from '../../../server/protocol/contentId.ts';
import { DIRECTORY, type FileEntry } from '../../../server/protocol/entry.ts';
import { parseWirePath as path } from '../../../server/protocol/wirePath.ts';
import type { Plan } from '../../../extension/sync/plan.ts';
import { asksFirst } from '../../../extension/vscode/targets/firstSync.ts';
import { planDocument, planSummary } from '../../../extension/vscode/targets/planText.ts';

const file = (text: string): FileEntry => ({
  kind: 'file',
  content: contentIdOf(Buffer.from(text)),
  size: text.length,
  executable: false,
});

const NOTHING: Plan = { toLocal: [], toRemote: [], conflicts: [], problems: [], brake: null, isFirst: false };

test('a plan with nothing to do says so', () => {
  assert.equal(planSummary(NOTHING), 'both sides agree; there is nothing to do');
});

test('a plan tells what goes where, in one line and in full', () => {
  const plan: Plan = {
    toRemote: [
      { kind: 'makeDirectory', path: path('docs') },
      { kind: 'put', path: path('docs/a.md'), entry: file('abc'), expect: null },
      { kind: 'put', path: path('b.md'), entry: file('ab'), expect: file('a') },
      { kind: 'delete', path: path('old'), expect: DIRECTORY, recursive: true },
    ],
    toLocal: [{ kind: 'rename', from: path('x'), to: path('y'), expect: file('x'), expectTo: null }],
    conflicts: [{ path: path('c'), base: file('1'), mine: file('2'), theirs: null }],
    problems: [{ path: 'CON', code: 'IllegalPath', message: 'The name is taken by Windows.' }],
    brake: { kind: 'manyDeletions', side: 'remote', deletions: 30, of: 40, message: 'This would delete a lot.' },
    isFirst: false,
  };
  assert.equal(
    planSummary(plan),
    '2 files go up (5 B), 1 renamed here, 1 deleted on the server, 1 conflict, 1 problem',
  );
  assert.equal(
    planDocument('Sync of “app”', plan),
    `Sync of “app”

2 files go up (5 B), 1 renamed here, 1 deleted on the server, 1 conflict, 1 problem.
Nothing has been changed; “Syncline: Sync Now” carries this out.

This needs your word first: This would delete a lot.

To the server (4)
  folder    docs/
  add       docs/a.md  3 B
  change    b.md  2 B
  delete    old/

To this folder (1)
  rename    x → y

Conflicts: both sides changed, nothing is touched until you decide (1)
  c  (changed here, deleted on the server)

Problems: these are left alone, everything else goes on (1)
  CON  The name is taken by Windows.
`,
  );
});

test('only a first sync of two sides that both hold something is asked about', () => {
  const add = { kind: 'put', path: path('a'), entry: file('a'), expect: null } as const;
  const change = { ...add, expect: file('b') };
  const conflict = { path: path('c'), base: null, mine: file('2'), theirs: file('1') };
  const first = { ...NOTHING, isFirst: true };
  assert.equal(asksFirst({ ...first, toRemote: [add] }), false);
  assert.equal(asksFirst({ ...first, toLocal: [add] }), false);
  assert.equal(asksFirst({ ...first, toRemote: [add], toLocal: [add] }), true);
  assert.equal(asksFirst({ ...first, toRemote: [change] }), true);
  assert.equal(asksFirst({ ...first, conflicts: [conflict] }), true);
  assert.equal(asksFirst({ ...NOTHING, toRemote: [change], toLocal: [add], conflicts: [conflict] }), false);
});
