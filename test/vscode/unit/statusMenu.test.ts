import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type StatusFacts, statusMenu } from '../../../extension/vscode/status/statusMenu.ts';
import { statusFacts } from './statusFacts.ts';

const show = (facts: Partial<StatusFacts>): string =>
  statusMenu(statusFacts(facts))
    .map((entry) => entry?.label ?? '-')
    .join(', ');

test('the menu offers what applies, and nothing else', () => {
  assert.equal(show({ isTrusted: false, targets: 1 }), 'Manage Workspace Trust, Show Log');
  assert.equal(show({}), 'Connect…, Start Local Server, -, Open Settings, Show Log');
  assert.equal(
    show({ places: 1, isOnline: true }),
    'Sync Folder with Server…, -, Connect…, Test Connection, Disconnect, Start Local Server, Set Token…, -, Open Settings, Show Log',
  );
  assert.equal(
    show({ targets: 1, places: 1, hasFreeFolder: false }),
    'Sync Now, Preview Sync, Pause Auto-Sync, -, Verify Workspace, -, Connect…, Disconnect, Start Local Server, Set Token…, -, Open Settings, Show Log',
  );
});

test('what is most urgent comes first', () => {
  const urgent = { targets: 1, places: 1, conflicts: 2, problems: 1, holdsWrites: true };
  assert.match(show(urgent), /^Resolve 2 Conflicts…, Show 1 Problem, Allow Writing to Production, -, Sync Now, /);
});

test('with some targets paused both ways are offered', () => {
  assert.match(show({ targets: 2, paused: 1 }), /Pause Auto-Sync, Resume Auto-Sync/);
  assert.doesNotMatch(show({ targets: 2, paused: 2 }), /Pause Auto-Sync/);
});

test('outside changes can be undone where there are any', () => {
  assert.doesNotMatch(show({ targets: 1 }), /Undo/);
  assert.match(show({ targets: 1, hasOutsideChanges: true }), /Undo Outside Changes…, Verify Workspace/);
});

test('no entry is there twice, and no group is empty', () => {
  const all = statusMenu(
    statusFacts({ targets: 2, paused: 1, conflicts: 1, problems: 1, holdsWrites: true, places: 1 }),
  );
  const labels = all.flatMap((entry) => entry?.label ?? []);
  assert.equal(new Set(labels).size, labels.length);
  assert.ok(all.every((entry, at) => entry || (all[at - 1] && all[at + 1])));
});
