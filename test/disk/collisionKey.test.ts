import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namesCollide } from '../../server/protocol/disk/collisionKey.ts';

test('names collide where a file system that ignores case or accents’ spelling would merge them', () => {
  const cases: [string, string, boolean][] = [
    ['README', 'readme', true],
    ['Ärger', 'ärger', true],
    ['\u00e9', 'e\u0301', true],
    ['\u212aelvin', 'kelvin', true],
    ['straße', 'STRASSE', false],
    ['a', 'b', false],
    ['same', 'same', false],
    ['Σίσυφος', 'ΣΊΣΥΦΟΣ', true],
  ];
  for (const [a, b, collide] of cases) assert.equal(namesCollide(a, b), collide, `${a} ${b}`);
});
