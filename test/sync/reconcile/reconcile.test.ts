import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mode } from '../../../extension/sync/reconcile/mode.ts';
import { reconcile } from '../../../extension/sync/reconcile/reconcile.ts';
import { showPlan } from '../../support/showPlan.ts';
import { show, treeOf } from '../../support/treeNotation.ts';
import { TwoSides } from '../../support/twoSides.ts';

interface Case {
  readonly mode?: Mode;
  readonly base: string;
  readonly local: string;
  readonly remote: string;
  readonly blocked?: string;
  /** Operations one per line, `<` to local and `>` to remote; `!` a conflict, `?` a problem. */
  readonly plan: string;
}

const CASES: Record<string, Case> = {
  'does nothing when both sides are as they were': {
    base: 'a=1 d/b=2',
    local: 'a=1 d/b=2',
    remote: 'a=1 d/b=2',
    plan: '',
  },
  'sends what is new here and fetches what is new there': {
    base: 'a=1',
    local: 'a=1 n/m=2',
    remote: 'a=1 x=3',
    plan: '< put x=3, > put n/m=2',
  },
  'agrees silently where both sides did the same': { base: 'a=1 b=2', local: 'a=9 c=3', remote: 'a=9 c=3', plan: '' },
  'keeps both contents when both sides edited': { base: 'a=1', local: 'a=2', remote: 'a=3', plan: '! a =1 =2 =3' },
  'first sync: copies what one side has, agrees on what both have, asks about what differs': {
    base: '',
    local: 'same=1 mine=2 both=3',
    remote: 'same=1 theirs=4 both=5',
    plan: '< put theirs=4, > put mine=2, ! both null =3 =5',
  },
  'a deletion loses to a modification': {
    base: 'a=1 b=1',
    local: 'a=2',
    remote: 'b=2',
    plan: '< put b=2, > put a=2',
  },
  'creates empty folders, and others with the files in them': {
    base: '',
    local: 'e/ d/x/y=1',
    remote: '',
    plan: '> make e/, > put d/x/y=1',
  },
  'deletes a folder from the deepest up': {
    base: 'd/a=1 d/e/b=2 x=3',
    local: 'x=3',
    remote: 'd/a=1 d/e/b=2 x=3',
    plan: '> delete d/e/b, > delete d/e, > delete d/a, > delete d',
  },
  'brings a deleted folder back for the one file that the other side changed': {
    base: 'd/a=1 d/b=2 x=3',
    local: 'x=3',
    remote: 'd/a=1 d/b=9 x=3',
    plan: '< put d/b=9, > delete d/a',
  },
  'keeps an empty folder that appeared in a deleted one': {
    base: 'd/a=1',
    local: '',
    remote: 'd/a=1 d/n/',
    plan: '< make d/n/, > delete d/a',
  },
  'replaces a file by a folder': { base: 'a=1', local: 'a/b=1', remote: 'a=1', plan: '> delete a, > put a/b=1' },
  'replaces a folder by a file': {
    base: 'a/b=1 a/c/d=2',
    local: 'a=3',
    remote: 'a/b=1 a/c/d=2',
    plan: '> delete a/c/d, > delete a/c, > delete a/b, > delete a, > put a=3',
  },
  'asks about a folder that became a file here and changed there': {
    base: 'a/b=1',
    local: 'a=3',
    remote: 'a/b=2',
    plan: '! a / =3 /',
  },
  'does nothing to a path with a problem, nor below it': {
    base: 'd/a=1 d/b=2 f=3',
    local: '',
    remote: 'd/a=1 d/b=2 f=3',
    blocked: 'd f',
    plan: '',
  },
  'keeps the folder of a path with a problem': {
    base: 'd/a=1 d/b=2',
    local: 'd/b=2',
    remote: '',
    blocked: 'd/a',
    plan: '< delete d/b',
  },
  'does not replace a folder that holds a problem': {
    base: 'd/a=1',
    local: 'd/a=1',
    remote: 'd=2',
    blocked: 'd/x',
    plan: '',
  },
  'reports names that differ only in case between the sides': {
    base: '',
    local: 'Readme=1 a=1',
    remote: 'README=2',
    plan: '> put a=1, ? README, ? Readme',
  },
  'lets a name come when the one it collides with goes': {
    base: 'x/Readme=1',
    local: 'x/README/a=5',
    remote: 'x/Readme=1',
    plan: '> delete x/Readme, > put x/README/a=5',
  },

  'renames a file': { base: 'a=1', local: 'b=1', remote: 'a=1', plan: '> rename a b' },
  'renames a file on this side when it was renamed there': {
    base: 'a=1',
    local: 'a=1',
    remote: 'b=1',
    plan: '< rename a b',
  },
  'renames a folder as one operation': {
    base: 'd/a=1 d/e/b=2 d/e/c=3',
    local: 'n/a=1 n/e/b=2 n/e/c=3',
    remote: 'd/a=1 d/e/b=2 d/e/c=3',
    plan: '> rename d n',
  },
  'renames a folder and tells the differences inside': {
    base: 'd/a=1 d/b=2 d/c=3 d/x=4',
    local: 'n/a=1 n/b=2 n/c=9 n/y=5',
    remote: 'd/a=1 d/b=2 d/c=3 d/x=4',
    plan: '> rename d n, > delete n/x, > put n/c=9, > put n/y=5',
  },
  'does not call it a rename when most of the folder stayed behind': {
    base: 'd/a=1 d/b=2 d/c=3',
    local: 'd/a=1 d/b=2 n/c=3',
    remote: 'd/a=1 d/b=2 d/c=3',
    plan: '> make n/, > rename d/c n/c',
  },
  'moves a folder into a new one': {
    base: 'd/a=1 d/b=2',
    local: 'n/m/d/a=1 n/m/d/b=2',
    remote: 'd/a=1 d/b=2',
    plan: '> make n/, > make n/m/, > rename d n/m/d',
  },
  'moves a folder out of one that is deleted': {
    base: 'o/d/a=1 o/d/b=2 o/x=3',
    local: 'd/a=1 d/b=2',
    remote: 'o/d/a=1 o/d/b=2 o/x=3',
    plan: '> rename o/d d, > delete o/x, > delete o',
  },
  'renames a folder and one inside it': {
    base: 'd/e/a=1 d/e/b=2 d/c=3 d/f=4 d/g=5',
    local: 'n/m/a=1 n/m/b=2 n/c=3 n/f=4 n/g=5',
    remote: 'd/e/a=1 d/e/b=2 d/c=3 d/f=4 d/g=5',
    plan: '> rename d n, > rename n/e n/m',
  },
  'swaps two folders through a temporary name': {
    base: 'a/1=1 a/2=2 b/3=3 b/4=4',
    local: 'b/1=1 b/2=2 a/3=3 a/4=4',
    remote: 'a/1=1 a/2=2 b/3=3 b/4=4',
    plan: '> rename a syncline-moving-1, > rename b a, > rename syncline-moving-1 b',
  },
  'moves a chain of folders, the last one first': {
    base: 'a/1=1 a/2=2 b/3=3 b/4=4',
    local: 'b/1=1 b/2=2 c/3=3 c/4=4',
    remote: 'a/1=1 a/2=2 b/3=3 b/4=4',
    plan: '> rename b c, > rename a b',
  },
  'swaps two files by their contents': {
    base: 'a=1 b=2',
    local: 'a=2 b=1',
    remote: 'a=1 b=2',
    plan: '> put a=2, > put b=1',
  },
  'renames a file by case alone': {
    base: 'readme=1',
    local: 'README=1',
    remote: 'readme=1',
    plan: '> rename readme README',
  },
  'renames by case a file that was edited as well': {
    base: 'readme=1',
    local: 'README=2',
    remote: 'readme=1',
    plan: '> rename readme README, > put README=2',
  },
  'renames a folder by case alone': { base: 'd/a=1', local: 'D/a=1', remote: 'd/a=1', plan: '> rename d D' },
  'carries an edit of the other side to the new name': {
    base: 'a=1 d/x=2 d/y=3',
    local: 'b=1 n/x=2 n/y=3',
    remote: 'a=9 d/x=8 d/y=3',
    plan: '< put b=9, < put n/x=8, > rename d n, > rename a b',
  },
  'asks about a renamed file that both sides edited, under its new name': {
    base: 'd/x=1 d/y=2',
    local: 'n/x=3 n/y=2',
    remote: 'd/x=4 d/y=2',
    plan: '> rename d n, ! n/x =1 =3 =4',
  },
  'keeps both copies when both sides moved a file, to different places': {
    base: 'a=1',
    local: 'b=1',
    remote: 'c=1',
    plan: '< put c=1, > put b=1',
  },
  'agrees when both sides moved a folder to the same place': {
    base: 'd/a=1',
    local: 'n/a=1',
    remote: 'n/a=1',
    plan: '',
  },
  'does not overwrite with a rename what the other side made meanwhile': {
    base: 'a=1',
    local: 'b=1',
    remote: 'a=1 b=2',
    plan: '> delete a, ! b null =1 =2',
  },
  'takes the file of the same name for the moved one when several have its content': {
    base: 'one=1 two=1',
    local: 'y/two=1 z/one=1 z/other=1',
    remote: 'one=1 two=1',
    plan: '> make z/, > rename one z/one, > make y/, > rename two y/two, > put z/other=1',
  },
  'never takes empty files for moved ones': { base: 'a=', local: 'b=', remote: 'a=', plan: '> delete a, > put b=' },

  'push: leaves what only the server has': {
    mode: 'push',
    base: 'a=1',
    local: 'a=2',
    remote: 'a=1 s=5 d/t=6',
    plan: '> put a=2',
  },
  'push: deletes on the server what was deleted here, and nothing else': {
    mode: 'push',
    base: 'd/a=1 d/b=2',
    local: '',
    remote: 'd/a=1 d/b=2 d/s=3',
    plan: '> delete d/b, > delete d/a',
  },
  'push: brings back what was deleted on the server': {
    mode: 'push',
    base: 'a=1',
    local: 'a=1',
    remote: '',
    plan: '> put a=1',
  },
  'push: overwrites what it has never seen, if it is still the same then': {
    mode: 'push',
    base: '',
    local: 'a=1',
    remote: 'a=2',
    plan: '> put a=1',
  },
  'push: asks about what was changed on the server': {
    mode: 'push',
    base: 'a=1',
    local: 'a=2',
    remote: 'a=3',
    plan: '! a =1 =2 =3',
  },
  'push: renames on the server': {
    mode: 'push',
    base: 'd/a=1 d/b=2',
    local: 'n/a=1 n/b=2',
    remote: 'd/a=1 d/b=2 s=1',
    plan: '> rename d n',
  },
  'pull: leaves what only this side has': {
    mode: 'pull',
    base: 'a=1',
    local: 'a=1 m=5',
    remote: 'a=2',
    plan: '< put a=2',
  },
  'pull: deletes here what was deleted on the server': {
    mode: 'pull',
    base: 'a=1 b=2',
    local: 'a=1 b=2',
    remote: 'b=2',
    plan: '< delete a',
  },
  'pull: asks about what was changed here': {
    mode: 'pull',
    base: 'a=1',
    local: 'a=2',
    remote: 'a=1',
    plan: '! a =1 =2 =1',
  },
  'pull: renames here': {
    mode: 'pull',
    base: 'd/a=1 d/b=2',
    local: 'd/a=1 d/b=2',
    remote: 'n/a=1 n/b=2',
    plan: '< rename d n',
  },
  'mirror: makes the server exactly local': {
    mode: 'mirror',
    base: 'a=1 gone=1',
    local: 'a=1 n=2 same=3',
    remote: 'a=9 gone=1 s/t=4 same=3 n/x=1',
    plan: '> delete s/t, > delete s, > delete n/x, > delete n, > delete gone, > put a=1, > put n=2',
  },
};

for (const [title, { mode = 'two-way', base, local, remote, blocked, plan }] of Object.entries(CASES)) {
  test(title, () => {
    const sides = { base: treeOf(base), local: treeOf(local), remote: treeOf(remote) };
    const lines = showPlan(reconcile(sides, { mode, blocked: new Set(blocked?.split(' ')) }));
    assert.equal(lines.join('\n'), plan.split(', ').join('\n'));
    if (blocked) return;
    const twoSides = new TwoSides(sides, mode);
    twoSides.settle(3);
    assert.deepEqual(twoSides.refused, [], 'every operation can be carried out in the order planned');
  });
}

test('a decision for mine or theirs turns a conflict into an operation', () => {
  const sides = { base: treeOf('a=1'), local: treeOf('a=2'), remote: treeOf('a=3') };
  const mine = reconcile(sides, { mode: 'push', resolve: () => 'mine' });
  const theirs = reconcile(sides, { mode: 'push', resolve: () => 'theirs' });
  assert.deepEqual(
    [mine.toRemote.length, mine.toLocal.length, theirs.toRemote.length, theirs.toLocal.length, mine.conflicts.length],
    [1, 0, 0, 1, 0],
  );
});

test('a path that both sides deleted leaves the base, so that it may come back', () => {
  const { agreed } = reconcile(
    { base: treeOf('a=1 b=2'), local: treeOf('b=2'), remote: treeOf('b=2') },
    { mode: 'two-way' },
  );
  assert.equal(show(agreed), 'b=2');
});

test('a path with a problem keeps its base, also when the other side lost it and the rest agrees', () => {
  for (const remote of ['d/a=1 d/b=1 e=1', 'd/b=1 e=1', 'e=1']) {
    const sides = {
      base: treeOf('d/a=1 d/b=1 e=1'),
      local: treeOf(remote.replace('d/a=1 ', '')),
      remote: treeOf(remote),
    };
    const { agreed } = reconcile(sides, { mode: 'two-way', blocked: new Set(['d/a']) });
    assert.match(show(agreed), /d\/a=1/, remote);
  }
});
