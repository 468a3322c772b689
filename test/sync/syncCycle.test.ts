import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { SynclineError } from '../../server/protocol/errors.ts';
import { parseWirePath } from '../../server/protocol/wirePath.ts';
import { BaseStore } from '../../extension/sync/base/baseStore.ts';
import { IgnoreRules } from '../../extension/sync/ignore/ignoreRules.ts';
import { StatCache } from '../../extension/sync/local/statCache.ts';
import { LOOK_AT_ALL } from '../../extension/sync/look.ts';
import type { AppliedOperation } from '../../extension/sync/plan.ts';
import type { Mode } from '../../extension/sync/reconcile/mode.ts';
import { type CycleRequest, type CycleResult, SyncCycle } from '../../extension/sync/syncCycle.ts';
import { arbitraryPerturbation, arbitraryTree } from '../support/arbitraryTree.ts';
import { showOperation } from '../support/carryOut.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { MemoryEndpoint } from '../support/memoryEndpoint.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { file, show, treeOf } from '../support/treeNotation.ts';

class Target {
  readonly local: MemoryEndpoint;
  readonly remote: MemoryEndpoint;
  readonly clock = new FakeClock();
  readonly state: string;
  readonly mode: Mode;
  store: BaseStore;
  cycle: SyncCycle;

  constructor(t: TestContext, sides: { base?: string; local: string; remote: string }, mode: Mode = 'two-way') {
    this.local = new MemoryEndpoint(treeOf(sides.local));
    this.remote = new MemoryEndpoint(treeOf(sides.remote));
    this.state = temporaryFolder(t);
    this.mode = mode;
    this.store = BaseStore.open(this.state);
    this.store.save({ base: treeOf(sides.base ?? ''), remote: null, conflicts: [] });
    this.cycle = this.#newCycle();
    t.after(() => this.store.close());
  }

  /** As after the end of the process. */
  restart(): void {
    this.store.close();
    this.store = BaseStore.open(this.state);
    this.cycle = this.#newCycle();
  }

  run(request: Partial<CycleRequest> = {}): Promise<CycleResult> {
    return this.cycle.run({ look: LOOK_AT_ALL, ...request });
  }

  shown(): string {
    const [local, remote, base] = [show(this.local.tree), show(this.remote.tree), show(this.cycle.memory.base)];
    return local === remote && remote === base ? local : `local ${local} | remote ${remote} | base ${base}`;
  }

  #newCycle(): SyncCycle {
    const { local, remote, store, mode, clock } = this;
    return new SyncCycle({ local, remote, store, cache: new StatCache(), mode, clock, log: () => {} });
  }
}

const applied = (list: readonly AppliedOperation[]): string[] =>
  list.map(({ side, operation }) => `${side}: ${showOperation(operation, () => '')}`);

test('carries changes of both sides over and remembers what they agree on', async (t) => {
  const target = new Target(t, { base: 'a=1 b=1', local: 'a=2 b=1', remote: 'a=1 b=3 n/c=4' });
  const result = await target.run();
  assert.equal(target.shown(), 'a=2 b=3 n/c=4');
  assert.deepEqual(applied(result.applied), ['local: put b', 'local: put n/c', 'remote: put a']);
  assert.deepEqual([target.local.sent, target.remote.sent], [['a'], ['b', 'n/c']]);
  target.restart();
  assert.equal(target.shown(), 'a=2 b=3 n/c=4');
});

test('a second run does nothing, and nothing that was fetched is sent back', async (t) => {
  const target = new Target(t, { local: 'a=1', remote: 'b=2 d/c=3' });
  await target.run();
  target.local.sent.length = 0;
  const again = await target.run();
  assert.deepEqual([again.applied, target.local.sent], [[], []]);
});

test('a change right behind what was sent is no conflict', async (t) => {
  const target = new Target(t, { base: 'a=1', local: 'a=2', remote: 'a=1' });
  const apply = target.remote.apply.bind(target.remote);
  target.remote.apply = async (...args) => {
    await apply(...args);
    target.remote.tree = treeOf('a=3');
    await target.remote.scan({ look: 'everything', base: treeOf('') });
  };
  await target.run();
  target.remote.apply = apply;
  await target.run();
  assert.equal(target.shown(), 'a=3');
});

test('a merged mode and edit that reached one side only is decided anew', async (t) => {
  const target = new Target(t, { base: 'a=1', local: 'a=2', remote: 'a*=1' });
  target.remote.beforeOperation = () => {
    target.remote.tree = treeOf('a*=3');
  };
  assert.deepEqual((await target.run()).stale, ['a']);
  target.remote.beforeOperation = () => {};
  await target.run();
  assert.equal(target.shown(), 'local a*=2 | remote a*=3 | base a=1');
  assert.equal(target.cycle.memory.conflicts.length, 1);
});

test('a conflict is remembered until both sides are equal, whoever makes them so', async (t) => {
  const target = new Target(t, { base: 'a=1', local: 'a=2', remote: 'a=3' });
  await target.run();
  assert.equal(target.shown(), 'local a=2 | remote a=3 | base a=1');
  target.restart();
  assert.deepEqual(
    target.cycle.memory.conflicts.map(({ path, base, mine, theirs }) => ({ path, base, mine, theirs })),
    [{ path: 'a', base: file('1'), mine: file('2'), theirs: file('3') }],
  );
  target.local.tree = treeOf('a=3');
  await target.run();
  assert.deepEqual(target.cycle.memory.conflicts, []);
  assert.equal(target.shown(), 'a=3');
});

test('a resolution makes one side take what the other has', async (t) => {
  for (const [resolution, end] of [
    ['mine', 'a=2'],
    ['theirs', 'a=3'],
  ] as const) {
    const target = new Target(t, { base: 'a=1', local: 'a=2', remote: 'a=3' });
    await target.run({ resolve: () => resolution });
    assert.equal(target.shown(), end);
    assert.deepEqual(target.cycle.memory.conflicts, []);
  }
});

test('a brake holds the plan back until it is confirmed, and agrees on nothing that was not done', async (t) => {
  const target = new Target(t, { base: 'a=1 b=2', local: '', remote: 'a=1 b=2' });
  const held = await target.run();
  assert.equal(held.plan.brake?.kind, 'emptied');
  assert.equal(held.carriedOut, false);
  assert.equal(target.shown(), 'local  | remote a=1 b=2 | base a=1 b=2');
  await target.run({ confirmed: true });
  assert.equal(target.shown(), '');
});

test('what changed on the other side meanwhile is not overwritten, and is looked at again', async (t) => {
  const target = new Target(t, { base: 'a=1', local: 'a=2', remote: 'a=1' });
  target.remote.beforeOperation = () => {
    target.remote.tree = treeOf('a=3');
  };
  const result = await target.run();
  assert.deepEqual(result.stale, ['a']);
  assert.equal(show(target.remote.tree), 'a=3');
  target.remote.beforeOperation = () => {};
  await target.run();
  assert.equal(target.cycle.memory.conflicts.length, 1);
});

test('what the server changes right behind what was fetched or sent is a change, and no conflict', async (t) => {
  const target = new Target(t, { base: 'b=1', local: 'b=2', remote: 'a=1 b=1' });
  await target.run({
    onApplied: ({ side }) => {
      // by the time the round is remembered, the server has gone on and said so
      target.remote.tree = treeOf(side === 'local' ? 'a=3 b=1' : 'a=3 b=4');
      target.remote.announce();
    },
  });
  assert.deepEqual(target.cycle.memory.conflicts, []);
  await target.run();
  assert.equal(target.shown(), 'a=3 b=4');
});

test('a file that changed after the look is not sent as what it was', async (t) => {
  const target = new Target(t, { base: 'a=1 b=1', local: 'a=2 b=3', remote: 'a=1 b=1' });
  target.local.beforeSend = ({ path }) => {
    if (path === 'a') target.local.tree = treeOf('a=9 b=3');
  };
  const result = await target.run();
  assert.deepEqual(result.stale, ['a']);
  assert.equal(show(target.remote.tree), 'a=1 b=3');
  await target.run();
  assert.equal(target.shown(), 'a=9 b=3');
});

test('after a failure in the middle, what was done is remembered and the rest is done next time', async (t) => {
  const target = new Target(t, { base: '', local: 'a=1 b=2 c=3', remote: '' });
  target.remote.beforeOperation = (operation) => {
    if (operation.kind === 'put' && operation.path === 'b') throw new SynclineError('ConnectionLost');
  };
  await assert.rejects(target.run(), { code: 'ConnectionLost' });
  target.restart();
  assert.equal(target.shown(), 'local a=1 b=2 c=3 | remote a=1 | base a=1');
  target.remote.beforeOperation = () => {};
  target.local.tree = treeOf('a=5 b=2 c=3');
  await target.run();
  assert.equal(target.shown(), 'a=5 b=2 c=3');
  assert.deepEqual(target.cycle.memory.conflicts, []);
});

test('a rename that was done counts, even if what was to follow inside was not', async (t) => {
  const target = new Target(t, { base: 'd/a=1 d/b=2', local: 'n/a=9 n/b=2', remote: 'd/a=1 d/b=2' });
  target.remote.beforeOperation = (operation) => {
    if (operation.kind === 'put') throw new SynclineError('ConnectionLost');
  };
  await assert.rejects(target.run());
  target.restart();
  assert.equal(target.shown(), 'local n/a=9 n/b=2 | remote n/a=1 n/b=2 | base n/a=1 n/b=2');
  target.remote.beforeOperation = () => {};
  const { plan } = await target.run();
  assert.deepEqual(plan.conflicts, [], 'the edit is not taken for one of both sides');
  assert.equal(target.shown(), 'n/a=9 n/b=2');
});

test('a rename that the server refuses is not undone, whatever was fetched into the folder under its new name', async (t) => {
  const target = new Target(t, { base: 'd/a=1 d/b=2', local: 'n/a=1 n/b=2', remote: 'd/a=9 d/b=2' });
  target.remote.findsContents = true;
  const apply = target.remote.apply.bind(target.remote);
  target.remote.apply = (operations, _, { onOutcome }) => {
    for (const operation of operations)
      onOutcome(operation, { kind: 'problem', problem: { path: 'n', code: 'NameCollision', message: 'no' } });
    return Promise.resolve();
  };
  await target.run();
  assert.equal(target.shown(), 'local n/a=9 n/b=2 | remote d/a=9 d/b=2 | base d/a=9 d/b=2');
  target.remote.tree = treeOf('d/a=8 d/b=2');
  await target.run();
  assert.equal(target.shown(), 'local n/a=8 n/b=2 | remote d/a=8 d/b=2 | base d/a=8 d/b=2');
  assert.deepEqual((await target.run()).applied, []);
  target.remote.apply = apply;
  target.cycle.forgetFailures();
  await target.run();
  assert.equal(target.shown(), 'n/a=8 n/b=2');
});

test('a commit without an answer is settled first, so that a later edit is no conflict', async (t) => {
  const target = new Target(t, { base: 'a=1', local: 'a=3', remote: 'a=2' });
  const operation = { kind: 'put', path: parseWirePath('a'), entry: file('2'), expect: file('1') } as const;
  target.store.addPending({ id: 'commit-1', operations: [operation] });
  target.remote.resent = (commits) => {
    assert.deepEqual(commits, [{ id: 'commit-1', operations: [operation] }]);
    return [operation];
  };
  const { plan } = await target.run();
  assert.deepEqual(plan.conflicts, []);
  assert.equal(target.shown(), 'a=3');
  assert.deepEqual(target.store.pendingCommits(), []);
});

test('an operation that cannot be done is a problem, and is not tried again until asked for', async (t) => {
  const target = new Target(t, { base: '', local: 'a=1 b=2', remote: '' });
  const attempts: string[] = [];
  const apply = target.remote.apply.bind(target.remote);
  target.remote.apply = async (operations, source, options) => {
    for (const operation of operations) attempts.push(showOperation(operation, () => ''));
    const refused = operations.filter(({ kind, ...rest }) => kind === 'put' && 'path' in rest && rest.path === 'a');
    for (const operation of refused) {
      options.onOutcome(operation, { kind: 'problem', problem: { path: 'a', code: 'AccessDenied', message: 'no' } });
    }
    await apply(
      operations.filter((operation) => !refused.includes(operation)),
      source,
      options,
    );
  };
  await target.run();
  const { plan } = await target.run();
  assert.deepEqual(attempts, ['put a', 'put b']);
  assert.deepEqual(plan.problems, [{ path: 'a', code: 'AccessDenied', message: 'no' }]);
  target.cycle.forgetFailures();
  await target.run();
  assert.deepEqual(attempts, ['put a', 'put b', 'put a']);
});

test('a path that becomes ignored is left as it is on both sides, and comes back without a conflict', async (t) => {
  const target = new Target(t, { base: 'a=1 x.o=1', local: 'a=1', remote: 'a=1 x.o=1' });
  target.local.rules = new IgnoreRules((path) => (path === '.gitignore' ? '*.o' : undefined));
  assert.deepEqual((await target.run()).applied, []);
  assert.equal(show(target.remote.tree), 'a=1 x.o=1');
  target.local.rules = new IgnoreRules(() => undefined);
  target.local.tree = treeOf('a=1 x.o=1');
  assert.deepEqual((await target.run()).applied, []);
  assert.equal(target.shown(), 'a=1 x.o=1');
});

test('a folder that is left standing for its ignored files does not come back on the other side', async (t) => {
  const target = new Target(t, { base: 'd/a=1 b=2', local: 'b=2', remote: 'd/a=1 d/x.o=9 b=2' });
  target.local.rules = new IgnoreRules((path) => (path === '.gitignore' ? '*.o' : undefined));
  const apply = target.remote.apply.bind(target.remote);
  target.remote.apply = (operations, source, options) =>
    apply(operations, source, {
      ...options,
      onOutcome: (operation, outcome) =>
        options.onOutcome(
          operation,
          operation.kind === 'delete' && operation.path === 'd' ? { kind: 'done' } : outcome,
        ),
    });
  await target.run();
  assert.equal(show(target.remote.tree), 'b=2 d/x.o=9');
  const again = await target.run();
  assert.deepEqual([again.applied, again.stale], [[], []]);
  assert.equal(show(target.local.tree), 'b=2');
});

test('what the server ignores by a file of its own is not fetched by a first sync', async (t) => {
  file('*.o');
  const target = new Target(t, { local: '', remote: '.gitignore=*.o a=1 x.o=2' });
  const scan = target.local.scan.bind(target.local);
  target.local.scan = (request) => {
    target.local.rules = new IgnoreRules((path) => request.ignoreFiles?.get(path) ?? undefined);
    return scan(request);
  };
  const { plan } = await target.run();
  assert.deepEqual(
    plan.toLocal.map((operation) => showOperation(operation, () => '')),
    ['put .gitignore', 'put a'],
  );
});

test('express: a save of a known file goes ahead of everything and is remembered', async (t) => {
  const target = new Target(t, { base: 'a=1 b=1', local: 'a=1 b=1', remote: 'a=1 b=1' });
  await target.run();
  target.local.tree = treeOf('a=2 b=1');
  const told: AppliedOperation[] = [];
  assert.equal(await target.cycle.express(parseWirePath('a'), (each) => told.push(each)), true);
  assert.deepEqual(applied(told), ['remote: put a']);
  assert.equal(target.shown(), 'a=2 b=1');
  target.restart();
  assert.equal(show(target.cycle.memory.base), 'a=2 b=1');
});

test('express: leaves to a round what needs a closer look', async (t) => {
  const target = new Target(t, { base: 'a=1 d/b=1', local: 'a=2 d/b=1 new=3', remote: 'a=5 d/b=1' });
  await target.run();
  const express = (path: string): Promise<boolean> =>
    target.cycle.express(parseWirePath(path), () => assert.fail(path));
  assert.equal(await express('a'), false, 'the server has changed it');
  assert.equal(await express('missing'), false);
  target.local.tree = treeOf('a=2 new=3');
  assert.equal(await express('d/b'), false, 'it is gone');
  target.remote.isOnline = false;
  assert.equal(await express('new'), false, 'there is no connection');
});

test('express: beside a round that is under way', async (t) => {
  const target = new Target(t, { base: 'a=1', local: 'a=1 big=9', remote: 'a=1' });
  await target.run({ approve: () => false });
  let done: boolean | undefined;
  target.local.beforeSend = async ({ path }) => {
    if (path !== 'big') return;
    target.local.tree = treeOf('a=2 big=9');
    done = await target.cycle.express(parseWirePath('a'), () => {});
    assert.equal(await target.cycle.express(parseWirePath('big'), () => {}), false, 'the round is busy with it');
  };
  await target.run();
  assert.equal(done, true);
  assert.equal(target.shown(), 'a=2 big=9');
});

test('whatever happens on both sides between and during rounds: they converge', async (t) => {
  const base = arbitraryTree();
  const step = fc.record({
    here: arbitraryPerturbation,
    there: arbitraryPerturbation,
    duringHere: arbitraryPerturbation,
    duringThere: arbitraryPerturbation,
    at: fc.nat(6),
  });
  await fc.assert(
    fc.asyncProperty(base, fc.array(step, { minLength: 1, maxLength: 3 }), async (first, steps) => {
      const target = new Target(t, { local: '', remote: '' });
      target.local.tree = target.remote.tree = first;
      await target.run();
      for (const { here, there, duringHere, duringThere, at } of steps) {
        target.local.tree = here(target.local.tree);
        target.remote.tree = there(target.remote.tree);
        let count = 0;
        target.local.beforeOperation = target.remote.beforeOperation = () => {
          if (count++ !== at) return;
          target.local.tree = duringHere(target.local.tree);
          target.remote.tree = duringThere(target.remote.tree);
        };
        await target.run({ confirmed: true });
        target.local.beforeOperation = target.remote.beforeOperation = () => {};
        if (at % 2 === 0) target.restart();
      }
      let result = await target.run({ confirmed: true });
      for (let round = 0; result.applied.length + result.stale.length > 0; round++) {
        assert.ok(round < 6, 'it comes to rest');
        result = await target.run({ confirmed: true });
      }
      if (result.plan.conflicts.length === 0) assert.equal(show(target.local.tree), show(target.remote.tree));
      if (result.plan.conflicts.length === 0) assert.equal(show(target.cycle.memory.base), show(target.local.tree));
      target.store.close();
    }),
    { numRuns: 150 },
  );
});
