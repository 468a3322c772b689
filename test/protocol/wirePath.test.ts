import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { SynclineError } from '../../server/protocol/errors.ts';
import {
  isWirePath,
  isWithin,
  joinWirePath,
  movePath,
  nameFault,
  nameOf,
  parentOf,
  parseWirePath,
  printable,
  type WirePath,
  wirePathFault,
} from '../../server/protocol/wirePath.ts';

const LEGAL = [
  'a',
  'src/main.ts',
  '.gitignore',
  '.git/config',
  'a b/c d',
  'ünï/cödé',
  '日本語/ファイル.txt',
  '😀.md',
  'con-fig',
  'auxiliary',
  'com10',
  'console.log',
  '...a',
  'a..b',
  '-rf',
  '~',
  '$HOME',
  '%2e%2e',
  "it's",
  'x'.repeat(255),
  `${'d/'.repeat(511)}ff`,
];

const ILLEGAL: readonly (readonly [path: string, why: RegExp])[] = [
  ['', /empty/],
  ['/', /absolute/],
  ['/etc/passwd', /absolute/],
  ['C:/x', /absolute/],
  ['c:', /absolute/],
  ['.', /leads out/],
  ['..', /leads out/],
  ['a/..', /leads out/],
  ['a/../b', /leads out/],
  ['../a', /leads out/],
  ['./a', /leads out/],
  ['a/./b', /leads out/],
  ['a//b', /is empty/],
  ['a/', /is empty/],
  ['a\\b', /contains “\\”/],
  ['..\\a', /contains “\\”/],
  ['a\0b', /control character/],
  ['a\nb', /control character/],
  ['a\u007fb', /control character/],
  ['ab:c', /contains “:”/],
  ['file.txt:stream', /contains “:”/],
  ['a*b', /contains/],
  ['a?b', /contains/],
  ['a"b', /contains/],
  ['a<b', /contains/],
  ['a>b', /contains/],
  ['a|b', /contains/],
  ['a.', /ends in a dot/],
  ['a ', /space/],
  ['... ', /ends in/],
  ['...', /ends in a dot/],
  ['con', /device/],
  ['CON', /device/],
  ['nul.txt', /device/],
  ['a/AUX.c', /device/],
  ['COM1', /device/],
  ['com¹', /device/],
  ['lpt9.log', /device/],
  ['CONIN$', /device/],
  ['con .txt', /device/],
  ['e\u0301', /NFC/],
  ['\ud800', /Unicode/],
  ['x\udc00y', /Unicode/],
  ['.syncline', /reserved/],
  ['a/.SyncLine/b', /reserved/],
  ['x'.repeat(256), /longer than 255/],
  ['é'.repeat(128), /longer than 255/],
  [`${'d/'.repeat(512)}f`, /longer than 1024/],
];

describe('a wire path', () => {
  for (const path of LEGAL) {
    test(`${printable(path).slice(0, 40)} is one`, () => assert.equal(parseWirePath(path), path));
  }

  for (const [path, why] of ILLEGAL) {
    test(`${JSON.stringify(path).slice(0, 40)} is none`, () => {
      assert.match(wirePathFault(path) ?? 'legal', why);
      assert.throws(() => parseWirePath(path), { name: 'SynclineError', code: 'IllegalPath' });
    });
  }

  test('says which part breaks which rule, safe to show', () => {
    assert.throws(
      () => parseWirePath('src/a\u202eb\nc/x'),
      (error: SynclineError) =>
        error.message === '“a\\u202eb\\u000ac” in “src/a\\u202eb\\u000ac/x” contains a control character.',
    );
  });

  test('never climbs, whatever the text', () => {
    const nasty = fc.constantFrom(
      '..',
      '.',
      '',
      '/',
      '\\',
      '\0',
      'a',
      'con',
      ':',
      ' ',
      '.syncline',
      '\u0301',
      '\ud800',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(nasty).map((parts) => parts.join('/')),
        ),
        (text) => {
          if (!isWirePath(text)) return;
          const parts = text.split('/');
          assert.ok(parts.every((part) => part !== '' && part !== '.' && part !== '..'));
          assert.ok(!text.startsWith('/') && !text.includes('\\') && !text.includes('\0') && !text.includes(':'));
          assert.equal(text, text.normalize('NFC'));
          assert.ok(Buffer.byteLength(text) <= 1024);
          assert.equal(Buffer.from(text).toString(), text);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('of plain characters is judged part by part, devices included', () => {
    const part = fc.oneof(
      fc.constantFrom(
        'con',
        'CON',
        'nul',
        'aux',
        'prn',
        'com1',
        'LPT9',
        'com',
        'com10',
        'cons',
        '.',
        '..',
        '',
        '.syncline',
      ),
      fc.string({ unit: fc.constantFrom(...'conaux1.-_Z'.split('')), maxLength: 6 }),
    );
    const isLegal = (name: string): boolean =>
      name !== '' &&
      !name.endsWith('.') &&
      name !== '.syncline' &&
      !/^(con|prn|aux|nul|(com|lpt)\d)(\..*)?$/i.test(name);
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (names) => {
        assert.equal(isWirePath(names.join('/')), names.every(isLegal), names.join('/'));
        for (const name of names) assert.equal(nameFault(name) === null, isLegal(name), name);
      }),
      { numRuns: 5000 },
    );
  });

  test('is taken apart and put together again', () => {
    const name = fc.constantFrom('a', 'b', 'src', 'x.txt', 'ü');
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 6 }), (names) => {
        const path = parseWirePath(names.join('/'));
        assert.equal(joinWirePath(parentOf(path), nameOf(path)), path);
        assert.ok(isWithin(path, parentOf(path)));
        assert.ok(isWithin(path, undefined));
        const moved = movePath(path, path, parseWirePath('new/place'));
        assert.equal(moved, 'new/place');
      }),
    );
  });

  test('lies within a folder, not beside one of a similar name', () => {
    const [src, srcs] = ['src' as WirePath, 'srcs/a' as WirePath];
    assert.ok(!isWithin(srcs, src));
    assert.ok(isWithin(src, src));
    assert.ok(!isWithin(src, srcs));
  });

  test('a child with a slash in its name is refused', () => {
    assert.throws(() => joinWirePath('a' as WirePath, '../x'), { code: 'IllegalPath' });
  });
});

describe('printable', () => {
  test('shows control and direction characters as escapes and cuts what is long', () => {
    assert.equal(printable('a\u0000\u001b[31m\u2066b'), 'a\\u0000\\u001b[31m\\u2066b');
    assert.equal(printable('x'.repeat(300)).length, 201);
    assert.equal(printable('x'.repeat(300), 1000).length, 300);
  });
});
