import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { brakeOf } from '../../../extension/sync/reconcile/brakes.ts';
import {
  COUNTED_MS,
  RecentDeletions,
  type StoredDeletions,
  YOUNG_MS,
} from '../../../extension/sync/reconcile/recentDeletions.ts';
import { reconcile } from '../../../extension/sync/reconcile/reconcile.ts';
import { entriesOf, entryCount, type Tree } from '../../../extension/sync/tree/tree.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';
import { carryOut } from '../../support/carryOut.ts';
import { treeOf } from '../../support/treeNotation.ts';

const files = (count: number): string => Array.from({ length: count }, (_, i) => `f${i}=${i}`).join(' ');

/** A side on which syncing deletes, as the brake sees it. */
class Watched {
  readonly recent: RecentDeletions;
  now = 1_000_000;
  /** What the time of day is ahead of what has passed. */
  jump = 0;
  base: Tree;
  readonly side: 'local' | 'remote';

  constructor(side: 'local' | 'remote', tree: string, stored: StoredDeletions | null = null, now = 1_000_000) {
    this.side = side;
    this.base = treeOf(tree);
    this.now = now;
    this.recent = new RecentDeletions({ now: () => this.now + this.jump, uptime: () => this.now }, stored);
  }

  /** The other side holds `next` now. Carries out what that means, unless a brake stops it; tells whether it did. */
  round(next: Tree, options: { confirmed?: boolean } = {}): boolean {
    const sides = {
      base: this.base,
      local: this.side === 'local' ? this.base : next,
      remote: this.side === 'local' ? next : this.base,
    };
    const plan = reconcile(sides, { mode: 'two-way' });
    const recent = {
      local: this.recent.count('local', plan.toLocal, () => entryCount(sides.local)),
      remote: this.recent.count('remote', plan.toRemote, () => entryCount(sides.remote)),
    };
    const brake = brakeOf(plan, sides, { recent });
    this.recent.hold(brake?.kind === 'manyDeletions');
    if (brake && !options.confirmed) return false;
    const operations: readonly Operation[] = this.side === 'local' ? plan.toLocal : plan.toRemote;
    for (const operation of operations) {
      this.base = carryOut(this.base, operation).tree;
      this.recent.note({ side: this.side, operation });
    }
    if (options.confirmed) this.recent.forget();
    return true;
  }

  /** The other side as it is without these paths, or with others. */
  without(...paths: string[]): Tree {
    return paths.reduce((tree, path) => {
      const found = [...entriesOf(tree)].find(([at]) => at === path)?.[1];
      if (!found || found.kind === 'directory') return tree;
      return carryOut(tree, { kind: 'delete', path: parseWirePath(path), expect: found }).tree;
    }, this.base);
  }
}

const range = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `f${from + i}`);

for (const side of ['local', 'remote'] as const) {
  test(`deletions in portions stop before half is gone (${side})`, () => {
    const watched = new Watched(side, files(1020));
    let rounds = 0;
    while (watched.round(watched.without(...range(rounds * 100, rounds * 100 + 100)))) {
      rounds++;
      watched.now += 2_000;
    }
    assert.equal(rounds, 5);
    assert.equal(entryCount(watched.base), 520);
  });
}

test('whatever the portions and the pauses between them, at least half of what was there stays', () => {
  const portion = fc.record({
    entries: fc.integer({ min: 1, max: 60 }),
    pauseMs: fc.integer({ min: 0, max: COUNTED_MS }),
  });
  fc.assert(
    fc.property(fc.array(portion, { maxLength: 60 }), (portions) => {
      const watched = new Watched('remote', files(200));
      let at = 0;
      for (const { entries, pauseMs } of portions) {
        watched.now += pauseMs;
        if (watched.round(watched.without(...range(at, at + entries)))) at += entries;
      }
      assert.ok(entryCount(watched.base) >= 100, `${entryCount(watched.base)} are left`);
    }),
  );
});

test('a plan that is held back stays so, however long nobody answers, and a new process knows it', () => {
  const watched = new Watched('remote', files(100));
  assert.ok(watched.round(watched.without(...range(0, 40))));
  const rest = watched.without(...range(40, 60));
  assert.ok(!watched.round(rest));
  watched.now += 100 * COUNTED_MS;
  assert.ok(!watched.round(rest));
  const later = new Watched('remote', files(100), watched.recent.stored, watched.now + 100 * COUNTED_MS);
  later.base = watched.base;
  assert.ok(!later.round(rest));
  assert.ok(later.round(rest, { confirmed: true }), 'a word, then it goes on');
  assert.equal(later.recent.stored, null, 'and counting begins anew');
  assert.ok(later.round(later.without(...range(60, 70))));
});

test('when what was about to go comes back, the brake lets go, and the window ends in its time', () => {
  const watched = new Watched('remote', files(100));
  watched.round(watched.without(...range(0, 40)));
  assert.ok(!watched.round(watched.without(...range(40, 60))));
  assert.ok(watched.round(watched.base));
  watched.now += COUNTED_MS + 1;
  assert.ok(watched.round(watched.without(...range(40, 60))));
});

test('deletions that lie further apart do not count together', () => {
  const watched = new Watched('remote', files(100));
  for (let portion = 0; portion < 3; portion++) {
    assert.ok(watched.round(watched.without(...range(portion * 25, portion * 25 + 25))));
    watched.now += COUNTED_MS + 1;
  }
  assert.equal(entryCount(watched.base), 25);
});

test('what a program makes and removes again and again stops nothing, nor does what comes back', () => {
  const watched = new Watched('remote', files(30));
  for (let turn = 0; turn < 100; turn++) {
    const before = watched.base;
    const temporary = treeOf(`${files(30)} temporary${turn}=1`);
    assert.ok(watched.round(temporary));
    watched.now += YOUNG_MS - 1;
    assert.ok(watched.round(before), `turn ${turn}`);
    assert.ok(watched.round(watched.without(...range(0, 10))));
    watched.now += 1_000;
    assert.ok(watched.round(before));
  }
  assert.equal(watched.recent.stored, null);
});

test('what has been there for a while counts, whoever made it', () => {
  const watched = new Watched('remote', 'a=1');
  const full = treeOf(`a=1 ${files(100)}`);
  watched.round(full);
  watched.now += YOUNG_MS + 1;
  assert.ok(watched.round(watched.without(...range(0, 30))));
  assert.ok(!watched.round(watched.without(...range(30, 60))));
});

test('what a first sync has just brought counts from the start', () => {
  const watched = new Watched('local', '');
  watched.round(treeOf(files(100)));
  assert.ok(watched.round(watched.without(...range(0, 30))));
  assert.ok(!watched.round(watched.without(...range(30, 60))));
});

test('a time of day that jumps neither ends a window nor keeps it open', () => {
  const watched = new Watched('remote', files(100));
  assert.ok(watched.round(watched.without(...range(0, 40))));
  watched.jump = 100 * COUNTED_MS;
  assert.ok(!watched.round(watched.without(...range(40, 60))));
  assert.ok(watched.round(watched.base));
  watched.jump = -100 * COUNTED_MS;
  watched.now += COUNTED_MS + 1;
  assert.ok(watched.round(watched.without(...range(40, 60))));
});
