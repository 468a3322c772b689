import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';
import { nameMessage, pathMessage, serverFileOf, uriParts } from '../../../extension/vscode/files/fileUri.ts';
import { toLocal, toServer } from '../../../extension/vscode/files/pairing.ts';
import { sizeText } from '../../../extension/vscode/files/sizeText.ts';

const dir = parseWirePath('team/app');

test('local and server paths of a target belong together', () => {
  assert.equal(toServer({ root: '/w' }, '/w/src/a b.ts'), 'src/a b.ts');
  assert.equal(toServer({ root: '/w', dir }, '/w/src/a.ts'), 'team/app/src/a.ts');
  assert.equal(toServer({ root: '/w', dir }, '/w'), dir);
  assert.equal(toServer({ root: '/w' }, '/w'), undefined);
  assert.equal(toLocal({ root: '/w', dir }, parseWirePath('team/app/src/a.ts')), '/w/src/a.ts');
  assert.equal(toLocal({ root: '/w', dir }, dir), '/w');
});

test('what lies outside a target has no counterpart', () => {
  assert.equal(toServer({ root: '/w' }, '/other/a.ts'), null);
  assert.equal(toServer({ root: '/w' }, '/w2/a.ts'), null);
  assert.equal(toLocal({ root: '/w', dir }, parseWirePath('team/other')), null);
  assert.equal(toLocal({ root: '/w', dir }, undefined), null);
});

test('decomposed names are sent composed, illegal ones not at all', () => {
  assert.equal(toServer({ root: '/w' }, '/w/u\u0308ber'), 'über');
  assert.throws(() => toServer({ root: '/w' }, '/w/CON'), { code: 'IllegalPath' });
});

test('server files have addresses that lead back to them', () => {
  for (const url of ['ws://127.0.0.1:4848', 'wss://host:443']) {
    for (const path of [undefined, parseWirePath('a b/ü#%.txt')]) {
      assert.deepEqual(serverFileOf(uriParts({ url, share: 'files', path })), { url, share: 'files', path });
    }
  }
  assert.throws(() => serverFileOf({ authority: 'host:1', path: '/files/../x' }), { code: 'IllegalPath' });
});

test('an input box says what is wrong with a name', () => {
  for (const name of ['..', 'CON', 'a.', 'x'.repeat(300), 'a\u0000b', 'a\\b'])
    assert.match(nameMessage(name) ?? '', /^The name .*\.$/, name.slice(0, 10));
  assert.equal(nameMessage('über.txt'), undefined);
  assert.equal(pathMessage('a/../b'), '“..” leads out of its folder.');
  assert.equal(pathMessage('a/b'), undefined);
});

test('sizes read as file managers show them', () => {
  assert.deepEqual([0, 999, 1000, 1_450_000, 99_900_000_000].map(sizeText), [
    '0 B',
    '999 B',
    '1.0 KB',
    '1.4 MB',
    '100 GB',
  ]);
});
