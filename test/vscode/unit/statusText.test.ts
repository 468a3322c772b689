import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusBarText } from '../../../extension/vscode/status/statusText.ts';
import type { TargetStatus } from '../../../extension/vscode/status/targetStatus.ts';

const target = (status: TargetStatus, name = 'app', isProduction = false) => ({
  isProduction,
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
    text({ kind: 'syncing', steps: { done: 0, total: 1 } }),
    text({ kind: 'syncing', steps: { done: 120, total: 5_000 } }),
    text({ kind: 'paused' }),
    text({ kind: 'offline', message: 'no route' }),
    text({ kind: 'conflicts', count: 1 }),
    text({ kind: 'stopped', message: 'the folder is empty' }),
  ].map((each) => `${each.text} [${each.severity}]`);
  assert.deepEqual(shown, [
    '$(check) host:4848/app [none]',
    '$(sync~spin) host:4848/app [none]',
    '$(sync~spin) host:4848/app [none]',
    '$(sync~spin) host:4848/app: 120/5,000 [none]',
    '$(debug-pause) host:4848/app: paused [none]',
    '$(debug-disconnect) host:4848/app: offline [warning]',
    '$(git-merge) host:4848/app: 1 conflict [warning]',
    '$(error) host:4848/app: stopped [error]',
  ]);
});

test('without a connection it says until when', () => {
  const until = new Date(2026, 10, 26, 6, 20, 7).getTime();
  const { tooltip } = text({ kind: 'offline', message: 'no route', until });
  assert.equal(
    tooltip.split('\n')[1],
    `app ⇄ ws://host:4848/app: offline, next attempt at ${new Date(until).toLocaleTimeString()}: no route`,
  );
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
  assert.equal(
    statusBarText([], [{ label: 'ws://host:4848/files', isProduction: false }]).text,
    '$(plug) host:4848/files',
  );
});

test('production is named as such, whatever the state, and to a screen reader as well', () => {
  const shown = statusBarText([target({ kind: 'paused' }, 'app', true)], []);
  assert.deepEqual(
    [shown.text, shown.spoken, shown.isProduction],
    [
      '$(debug-pause) host:4848/app · PRODUCTION: paused',
      'Syncline, host:4848/app · PRODUCTION, auto-sync is paused',
      true,
    ],
  );
  assert.match(shown.tooltip, /ws:\/\/host:4848\/app \(PRODUCTION\): auto-sync is paused/);
  const several = statusBarText([target({ kind: 'inSync' }), target({ kind: 'asksWrite' }, 'live', true)], []);
  assert.equal(several.text, '$(question) 2 targets · PRODUCTION: write?');
  const connected = statusBarText([], [{ label: 'ws://host:4848/files', isProduction: true }]);
  assert.equal(connected.text, '$(plug) host:4848/files · PRODUCTION');
});
