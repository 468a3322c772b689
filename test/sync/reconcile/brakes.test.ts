import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { brakeOf } from '../../../extension/sync/reconcile/brakes.ts';
import type { Mode } from '../../../extension/sync/reconcile/mode.ts';
import { reconcile } from '../../../extension/sync/reconcile/reconcile.ts';
import { arbitraryTree } from '../../support/arbitraryTree.ts';
import { treeOf } from '../../support/treeNotation.ts';

const many = (from: number, to: number, folder = ''): string =>
  Array.from({ length: to - from }, (_, i) => `${folder}f${from + i}=${from + i}`).join(' ');

const CASES: [string, { base: string; local: string; remote: string; mode?: Mode }, string | null][] = [
  [
    'an emptied local folder does not empty the server',
    { base: 'a=1 b=2', local: '', remote: 'a=1 b=2' },
    'emptied remote 2/2',
  ],
  [
    'an emptied server does not empty the local folder',
    { base: 'a=1 b=2', local: 'a=1 b=2', remote: '' },
    'emptied local 2/2',
  ],
  [
    'an empty local folder is not mirrored without a question, also when it is the first time',
    { base: '', local: '', remote: 'a=1 d/b=2', mode: 'mirror' },
    'emptied remote 3/3',
  ],
  ['the only file or folder may be deleted', { base: 'd/a=1 d/b=2', local: '', remote: 'd/a=1 d/b=2' }, null],
  ['half of a tree may be deleted', { base: many(0, 20), local: many(0, 10), remote: many(0, 20) }, null],
  [
    'more than half of a tree asks first',
    { base: many(0, 20), local: many(0, 9), remote: many(0, 20) },
    'manyDeletions remote 11/20',
  ],
  [
    'so it does on this side',
    { base: many(0, 20), local: many(0, 20), remote: many(0, 9) },
    'manyDeletions local 11/20',
  ],
  ['a file that looks secret is asked for', { base: 'a=1', local: 'a=1 .env=2', remote: 'a=1' }, 'secrets remote 0/1'],
  ['not once it is there', { base: 'a=1 .env=2', local: 'a=1 .env=3', remote: 'a=1 .env=2' }, null],
  ['nor when it comes from there', { base: 'a=1', local: 'a=1', remote: 'a=1 d/.env=2' }, null],
  ['nor for a new name of it', { base: '.env=2', local: 'd/.env=2', remote: '.env=2' }, null],
  ['most of a small tree may be deleted', { base: many(0, 19), local: 'f1=1', remote: many(0, 19) }, null],
  [
    'a renamed folder is no deletion',
    { base: many(0, 30, 'a/'), local: many(0, 30, 'b/'), remote: many(0, 30, 'a/') },
    null,
  ],
  [
    'a mirror of an empty folder asks before it empties a server it does not know',
    { base: '', local: '', remote: many(0, 30), mode: 'mirror' },
    'emptied remote 30/30',
  ],
  [
    'a mirror asks before it deletes most of a server',
    { base: '', local: 'x=1', remote: many(0, 30), mode: 'mirror' },
    'manyDeletions remote 30/30',
  ],
  ['a first sync with an empty folder copies', { base: '', local: '', remote: many(0, 30) }, null],
  [
    'a push of an emptied folder asks',
    { base: many(0, 30), local: '', remote: many(0, 30), mode: 'push' },
    'emptied remote 30/30',
  ],
];

for (const [title, { base, local, remote, mode = 'two-way' }, expected] of CASES) {
  test(title, () => {
    const sides = { base: treeOf(base), local: treeOf(local), remote: treeOf(remote) };
    const brake = brakeOf(reconcile(sides, { mode }), sides);
    assert.equal(brake && `${brake.kind} ${brake.side} ${brake.deletions}/${brake.of}`, expected);
    if (brake && brake.kind !== 'secrets')
      assert.match(brake.message, /would delete .* (on the server|in the local folder)\. Nothing was changed\.$/);
  });
}

const half = { base: treeOf(many(0, 30)), local: treeOf(many(0, 29)), remote: treeOf(many(0, 30)) };

test('the text says what went before, what would go, and that nothing of that did', () => {
  const plan = reconcile(half, { mode: 'two-way' });
  const recent = { remote: { gone: 40, going: 1 }, local: { gone: 0, going: 0 } };
  assert.deepEqual(brakeOf(plan, half, { recent }), {
    kind: 'manyDeletions',
    side: 'remote',
    deletions: 1,
    of: 70,
    message:
      '40 entries of 70 went on the server in the last minutes; this would delete 1 entry more, and then more than half is gone. Of these nothing was changed.',
  });
});

test('what looks secret is named, beside anything else that has to be agreed to (row 13)', () => {
  const planned = (base: string, local: string, remote: string) => {
    const sides = { base: treeOf(base), local: treeOf(local), remote: treeOf(remote) };
    return brakeOf(reconcile(sides, { mode: 'mirror' }), sides);
  };
  assert.equal(
    planned('', 'a=1 .env=2', '')?.message,
    '“.env” looks as if it held secrets and would be uploaded for the first time. Nothing was changed. ' +
      'Name it in .gitignore or .synclineignore to keep it here.',
  );
  const several = planned('', '.env=1 a.pem=2 b.pem=3 c.pem=4 d.pem=5', '')?.message ?? '';
  assert.match(several, /^“.+”, “.+”, “.+”, 2 more look as if they held secrets/);
  const both = planned(many(0, 30), 'f1=1 .env=secret', many(0, 30));
  assert.equal(both?.kind, 'manyDeletions');
  assert.match(both.message, /^This would delete 29 entries of 30 .* Nothing was changed\. “\.env” looks as if/);
});

test('another folder in the place of the one that was synced deletes nothing without a word', () => {
  const plan = reconcile(half, { mode: 'two-way' });
  const brake = brakeOf(plan, half, { replaced: ['local'] });
  assert.equal(brake?.kind, 'replaced');
  assert.match(brake.message, /^The local folder is not the one .* this would delete 1 entry on the server\./);
  assert.equal(brakeOf(plan, half, { replaced: ['remote'] }), null, 'what is deleted is the other side');
  const same = { ...half, local: half.base };
  assert.equal(brakeOf(reconcile(same, { mode: 'two-way' }), same, { replaced: ['local'] }), null);
});

test('a guard stops what would write to the server, and a worse reason is told first', () => {
  const sides = { base: treeOf('a=1'), local: treeOf('a=2'), remote: treeOf('a=1') };
  const guarded = 'Ask first.';
  const brake = brakeOf(reconcile(sides, { mode: 'two-way' }), sides, { guarded });
  assert.deepEqual(brake, { kind: 'guarded', side: 'remote', deletions: 0, of: 1, message: guarded });
  const fetching = { ...sides, local: treeOf('a=1'), remote: treeOf('a=2') };
  assert.equal(brakeOf(reconcile(fetching, { mode: 'two-way' }), fetching, { guarded }), null);
  const emptied = { base: treeOf('a=1 b=1'), local: treeOf(''), remote: treeOf('a=1 b=1') };
  assert.equal(brakeOf(reconcile(emptied, { mode: 'two-way' }), emptied, { guarded })?.kind, 'emptied');
});

test('a first sync in two-way, push or pull deletes nothing, whatever the sides hold', () => {
  fc.assert(
    fc.property(arbitraryTree(), arbitraryTree(), fc.constantFrom('two-way', 'push', 'pull'), (local, remote, mode) => {
      const { toLocal, toRemote } = reconcile({ base: treeOf(''), local, remote }, { mode: mode });
      const deleting = [...toLocal, ...toRemote].filter(({ kind }) => kind === 'delete' || kind === 'rename');
      assert.deepEqual(deleting, []);
    }),
  );
});
