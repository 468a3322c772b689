import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusBarText } from '../../../extension/vscode/status/statusText.ts';
import type { TargetStatus } from '../../../extension/vscode/status/targetStatus.ts';

const target = (status: TargetStatus, name = 'app') => ({
  name,
  label: `ws://host:4848/${name}`,
  mode: 'two-way',
  status,
});
const text = (...statuses: TargetStatus[]) =>
  statusBarText(
    statuses.map((status, at) => target(status, `app${at || ''}`)),
    [],
  );

test('target and state of the only target are visible', () => {
  const shown = [
    text({ kind: 'inSync' }),
    text({ kind: 'syncing' }),
    text({ kind: 'paused' }),
    text({ kind: 'offline', message: 'no route' }),
    text({ kind: 'conflicts', count: 1 }),
    text({ kind: 'stopped', message: 'the folder is empty' }),
  ].map((each) => `${each.text} [${each.severity}]`);
  assert.deepEqual(shown, [
    '$(check) host:4848/app [none]',
    '$(sync~spin) host:4848/app [none]',
    '$(debug-pause) host:4848/app: paused [none]',
    '$(debug-disconnect) host:4848/app: offline [warning]',
    '$(git-merge) host:4848/app: 1 conflict [warning]',
    '$(error) host:4848/app: stopped [error]',
  ]);
});

test('of several targets the one that most needs attention is shown, and all are in the tooltip', () => {
  const shown = text({ kind: 'inSync' }, { kind: 'conflicts', count: 2 }, { kind: 'syncing' });
  assert.equal(shown.text, '$(git-merge) 3 targets: 2 conflicts');
  assert.deepEqual(shown.tooltip.split('\n'), [
    'Syncline',
    'app ⇄ ws://host:4848/app: in sync',
    'app1 ⇄ ws://host:4848/app1: 2 conflicts',
    'app2 ⇄ ws://host:4848/app2: syncing',
  ]);
});

test('without a target it tells what is connected', () => {
  assert.equal(statusBarText([], []).text, '$(sync-ignored) Syncline');
  assert.equal(statusBarText([], ['ws://host:4848/files']).text, '$(plug) host:4848/files');
});
