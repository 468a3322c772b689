import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { posix } from 'node:path';
import { ContentHasher, contentIdOf, EMPTY_CONTENT, isContentId } from '../../server/protocol/contentId.ts';
import { DIRECTORY, type Entry, linkStaysInside, sameEntry } from '../../server/protocol/entry.ts';

const [one, two] = [contentIdOf(Buffer.from('1')), contentIdOf(Buffer.from('2'))];
const file = (content = one, executable = false): Entry => ({ kind: 'file', content, size: 1, executable });
const link = (target: string): Entry => ({ kind: 'link', target });

describe('two entries are the same', () => {
  const kinds: readonly (readonly [string, Entry | null])[] = [
    ['nothing', null],
    ['a folder', DIRECTORY],
    ['a file', file()],
    ['a file with other content', file(two)],
    ['an executable file', file(one, true)],
    ['a link', link('a')],
    ['a link elsewhere', link('b')],
  ];
  for (const [name, entry] of kinds) {
    for (const [otherName, other] of kinds) {
      test(`${name} and ${otherName}: ${name === otherName}`, () => {
        assert.equal(sameEntry(structuredClone(entry), other), name === otherName);
        assert.equal(sameEntry(entry, other), sameEntry(other, entry));
      });
    }
  }

  test('nothing is also undefined', () => assert.ok(sameEntry(null, undefined)));
});

describe('a link stays inside', () => {
  const cases: readonly (readonly [path: string, target: string, inside: boolean])[] = [
    ['a', 'b', true],
    ['a', './b', true],
    ['d/a', '../b', true],
    ['d/e/a', '../../b', true],
    ['a', '..', false],
    ['a', '../b', false],
    ['d/a', '../../b', false],
    ['d/a', '..', true],
    ['d/a', 'x/../../../b', false],
    // a name before `..` may be a link itself
    ['d/a', 'x/../b', false],
    ['a', '/etc/passwd', false],
    ['a', '', false],
    ['a', 'C:/x', false],
    ['a', 'x\\y', false],
    ['a', 'x\0', false],
    ['a', 'x//y/.', true],
  ];
  for (const [path, target, inside] of cases) {
    test(`${path} -> ${JSON.stringify(target)}: ${inside}`, () => assert.equal(linkStaysInside(path, target), inside));
  }

  test('whatever the target, it resolves below the root', () => {
    const part = fc.constantFrom('..', '.', '', 'a', 'b');
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 4 }),
        fc.array(part),
        (names, parts) => {
          const target = parts.join('/');
          if (!linkStaysInside(names.join('/'), target)) return;
          const resolved = posix.normalize(posix.join('/root', ...names.slice(0, -1), target));
          assert.ok(resolved === '/root' || resolved === '/root/' || resolved.startsWith('/root/'), resolved);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('a content id', () => {
  test('is the SHA-256 of the bytes', () => {
    assert.equal(EMPTY_CONTENT, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    assert.equal(contentIdOf(Buffer.from('abc')), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  test('is the same computed piece by piece', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (pieces) => {
        const hasher = new ContentHasher();
        for (const piece of pieces) hasher.update(piece);
        assert.equal(hasher.finish(), contentIdOf(Buffer.concat(pieces)));
      }),
    );
  });

  test('has one spelling', () => {
    assert.ok(isContentId(one));
    for (const other of [one.toUpperCase(), one.slice(1), `${one}0`, '', 7, null]) assert.ok(!isContentId(other));
  });
});
