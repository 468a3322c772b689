import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeUpgrade, type UpgradePolicy } from '../../server/transport/upgradeGate.ts';

const LOOPBACK: UpgradePolicy = {
  host: '127.0.0.1',
  allowedOrigins: [],
  allowedHosts: [],
  maxConnections: 10,
  maxConnectionsPerAddress: 5,
};
const OPEN: UpgradePolicy = { ...LOOPBACK, host: '0.0.0.0' };

function verdict(headers: Record<string, string>, policy = LOOPBACK, connections = 0, ofAddress = 0): string {
  const request = {
    headers: { host: '127.0.0.1:4848', 'sec-websocket-protocol': 'syncline.v1', ...headers },
    connections,
    connectionsOfAddress: ofAddress,
  };
  const refusal = judgeUpgrade(request, policy);
  return refusal ? `${refusal.status} ${refusal.reason}` : 'welcome';
}

test('programs are welcome, web pages are not unless their origin is allowed', () => {
  assert.equal(verdict({}), 'welcome');
  for (const origin of ['https://evil.example', 'http://127.0.0.1:4848', 'null', 'vscode-webview://x', '']) {
    assert.equal(verdict({ origin }), '403 origin', origin);
  }
  const policy = { ...LOOPBACK, allowedOrigins: ['https://ide.example'] };
  assert.equal(verdict({ origin: 'https://ide.example' }, policy), 'welcome');
  assert.equal(verdict({ origin: 'https://ide.example.evil' }, policy), '403 origin');
});

test('on loopback only names of this machine are answered to', () => {
  for (const host of ['127.0.0.1:4848', '127.0.0.1', '127.5.5.5:1', 'localhost:4848', 'LocalHost', '[::1]:4848']) {
    assert.equal(verdict({ host }), 'welcome', host);
  }
  for (const host of [
    'evil.example:4848',
    '127.0.0.1.evil.example',
    'localhost.evil',
    '192.168.1.5',
    '',
    'a b',
    '[::1',
    ':4848',
  ]) {
    assert.equal(verdict({ host }), '403 host', host);
  }
  assert.equal(verdict({ host: 'box.lan:4848' }, { ...LOOPBACK, allowedHosts: ['Box.LAN'] }), 'welcome');
});

test('beyond loopback any name will do, unless the names are listed', () => {
  assert.equal(verdict({ host: 'box.lan:4848' }, OPEN), 'welcome');
  const listed = { ...OPEN, allowedHosts: ['box.lan'] };
  assert.equal(verdict({ host: 'box.lan:4848' }, listed), 'welcome');
  assert.equal(verdict({ host: 'evil.example' }, listed), '403 host');
});

test('the sub-protocol has to be asked for', () => {
  assert.equal(verdict({ 'sec-websocket-protocol': 'mqtt, syncline.v1' }), 'welcome');
  assert.equal(verdict({ 'sec-websocket-protocol': 'syncline.v2' }), '400 protocol');
  assert.equal(verdict({ 'sec-websocket-protocol': '' }), '400 protocol');
});

test('there is an end to connections, in all and from one address', () => {
  assert.equal(verdict({}, LOOPBACK, 9, 4), 'welcome');
  assert.equal(verdict({}, LOOPBACK, 10, 0), '503 connections');
  assert.equal(verdict({}, LOOPBACK, 9, 5), '503 connections');
});
