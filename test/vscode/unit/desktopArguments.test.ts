import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDesktopArguments } from '../support/desktopArguments.ts';

test("understands what test-electron passes to a desktop VS Code's executable", () => {
  const args = ['/work space', '--disable-extensions', '--no-sandbox', '--extensionTestsPath=/t/index.cjs'];
  const found = parseDesktopArguments([...args, '--extensionDevelopmentPath=/x', '--user-data-dir', '/u']);
  assert.deepEqual(found, {
    place: '/work space',
    extensionDevelopmentPaths: ['/x'],
    extensionTestsPath: '/t/index.cjs',
  });
});

test('takes a folder as an address, and no folder at all', () => {
  assert.equal(parseDesktopArguments(['--folder-uri=file:///a%20b']).place, '/a b');
  assert.equal(parseDesktopArguments(['--locale', 'de']).place, undefined);
});
