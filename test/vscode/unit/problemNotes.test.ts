import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MOST_NOTES, problemNotes } from '../../../extension/vscode/problems/problemNotes.ts';
import type { Problem } from '../../../server/protocol/problem.ts';

const problem = (path: string): Problem => ({ path, code: 'IllegalPath', message: `“${path}” is a device.` });

test('problems stand on their files, faults of ignore rules on their lines', () => {
  const ignoreFiles = [{ path: 'a/.gitignore', text: 'fine\n./out\n' }];
  const notes = problemNotes({ problems: () => [problem('odd/CON')], ignoreFiles });
  assert.deepEqual(
    [...notes].map(([path, all]) => `${path} ${all.map(({ line, code }) => `${line} ${code}`).join(' ')}`),
    ['odd/CON 1 IllegalPath', 'a/.gitignore 2 undefined'],
  );
  assert.equal(notes.get('odd/CON')?.[0]?.message, 'Not synced: “odd/CON” is a device.');
});

test('nothing is said while nobody has looked, and of very many one says that there are more', () => {
  assert.equal(problemNotes(undefined).size, 0);
  const many = Array.from({ length: MOST_NOTES + 7 }, (_, at) => problem(`f${at}`));
  const notes = problemNotes({ problems: () => many, ignoreFiles: [] });
  assert.equal(notes.size, MOST_NOTES);
  assert.match([...notes.values()].at(-1)?.at(-1)?.message ?? '', /and 7 more/);
});
