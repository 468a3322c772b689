import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consentFor, consentKey } from '../../../extension/vscode/targets/consent.ts';
import { readTargets, type TargetSource } from '../../../extension/vscode/targets/targetSettings.ts';

const APP = { name: 'app', path: '/work/app' };
const LIB = { name: 'lib', path: '/work/lib' };
const SERVER = 'ws://host:4848/files';

const show = (sources: readonly TargetSource[], folders = [APP]) => {
  const { targets, faults } = readTargets(sources, folders);
  return [
    ...targets.map(
      ({ folder, address, mode, merge, level }) =>
        `${folder.name} ${mode}${merge ? ' merge' : ''} ${address.label} (${level})`,
    ),
    ...faults.map((fault) => `! ${fault}`),
  ].join('\n');
};

test('a workspace of one folder needs no folder in its entry', () => {
  assert.equal(show([{ level: 'workspace', value: [{ server: SERVER }] }]), `app two-way ${SERVER} (workspace)`);
});

test('with several folders each entry names its own', () => {
  const value = [
    { folder: 'app', server: `${SERVER}/a`, mode: 'push' },
    { folder: '/work/lib', server: `${SERVER}/b` },
  ];
  assert.equal(
    show([{ level: 'workspace', value }], [APP, LIB]),
    `app push ${SERVER}/a (workspace)\nlib two-way ${SERVER}/b (workspace)`,
  );
  assert.match(show([{ level: 'workspace', value: [{ server: SERVER }] }], [APP, LIB]), /^! .*needs “folder”/);
});

test("the settings nearest to a folder win over the workspace's and the user's", () => {
  const sources: TargetSource[] = [
    { level: 'user', value: [{ folder: '/work/app', server: `${SERVER}/user` }] },
    { level: 'workspace', value: [{ server: `${SERVER}/workspace` }] },
    { level: 'folder', folder: APP, value: [{ server: `${SERVER}/folder` }] },
  ];
  assert.equal(show(sources), `app two-way ${SERVER}/folder (folder)`);
});

test('an entry of the user settings names its folder, and counts only where that is open', () => {
  assert.match(show([{ level: 'user', value: [{ server: SERVER }] }]), /^! .*needs “folder”, an absolute path/);
  assert.equal(show([{ level: 'user', value: [{ folder: '/elsewhere', server: SERVER }] }]), '');
  assert.equal(
    show([{ level: 'user', value: [{ folder: '/work/app/', server: SERVER }] }]),
    `app two-way ${SERVER} (user)`,
  );
});

test('two folders never sync into the same place, nor one into a part of the other', () => {
  for (const other of [SERVER, `${SERVER}/sub`]) {
    const value = [
      { folder: 'app', server: SERVER },
      { folder: 'lib', server: other },
    ];
    assert.match(show([{ level: 'workspace', value }], [APP, LIB]), /^app .*\n! .*would sync into the same place/);
  }
});

test('what is wrong is said, and the rest counts', () => {
  for (const [value, fault] of [
    ['x', /must be a list/],
    [[7], /Entry 1 .*must be an object/],
    [[{ server: SERVER, token: 's' }], /“token” is not known/],
    [[{}], /“server” is missing/],
    [[{ server: 'http://host/files' }], /no target/],
    [[{ server: SERVER, mode: 'both' }], /“mode” must be one of/],
    [[{ server: SERVER, folder: 'nope' }], /“nope” is no folder/],
  ] as const)
    assert.match(show([{ level: 'workspace', value }]), fault);
  assert.equal(
    show([{ level: 'workspace', value: [{}, { server: SERVER }] }]).split('\n')[0],
    `app two-way ${SERVER} (workspace)`,
  );
});

test('an address from a workspace needs consent once; one from the user settings does not', () => {
  const [workspace] = readTargets([{ level: 'workspace', value: [{ server: SERVER }] }], [APP]).targets;
  const [user] = readTargets([{ level: 'user', value: [{ folder: '/work/app', server: SERVER }] }], [APP]).targets;
  assert.ok(workspace && user);
  const none = new Set<string>();
  const key = new Set([consentKey(workspace)]);
  assert.equal(consentFor(workspace, none, none), 'ask');
  assert.equal(consentFor(workspace, key, none), 'given');
  assert.equal(consentFor(workspace, none, key), 'refused');
  assert.equal(consentFor(user, none, none), 'given');
});

test('consent for one address is none for another', () => {
  const read = (server: string) => readTargets([{ level: 'workspace', value: [{ server }] }], [APP]).targets[0];
  const [here, there] = [read(SERVER), read('ws://evil:4848/files')];
  assert.ok(here && there);
  assert.equal(consentFor(there, new Set([consentKey(here)]), new Set()), 'ask');
});

test('merging is asked for per target, and only where a sync may write on both sides', () => {
  const read = (entry: object): string => show([{ level: 'workspace', value: [{ server: SERVER, ...entry }] }]);
  assert.equal(read({ merge: true }), `app two-way merge ${SERVER} (workspace)`);
  assert.match(read({ merge: true, mode: 'push' }), /^! .*“merge” writes on both sides/);
  assert.match(read({ merge: 'yes' }), /^! .*“merge” must be true or false/);
});

test('a target may say of itself that it is production', () => {
  const read = (entry: object) => readTargets([{ level: 'workspace', value: [{ server: SERVER, ...entry }] }], [APP]);
  assert.equal(read({ production: true }).targets[0]?.production, true);
  assert.equal(read({}).targets[0]?.production, false);
  assert.match(read({ production: 'no' }).faults.join(), /“production” must be true or false/);
});
