import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { sameEntry } from '../../server/protocol/entry.ts';
import type { Operation, OperationResult } from '../../server/protocol/messages/files.ts';
import { isWithin, parentOf, type WirePath } from '../../server/protocol/wirePath.ts';
import { EmbeddedShare } from '../../server/store/embedded/embeddedShare.ts';
import { TestLog } from '../support/embeddedShare.ts';
import { entryOf, path, ShareUser } from '../support/shareUser.ts';
import { harvest } from '../support/tree.ts';

const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** What an operation is, with an expectation that is right, stale or absent. */
type Step =
  | { kind: 'put'; at: WirePath; notation: string; expects: Expects }
  | { kind: 'makeDirectory'; at: WirePath }
  | { kind: 'delete'; at: WirePath; recursive: boolean; expects: Expects }
  | { kind: 'rename'; at: WirePath; to: WirePath; expects: Expects };
type Expects = 'right' | 'nothing' | 'stale';

const someName = fc.constantFrom('a', 'b', 'c');
const somePath = fc.array(someName, { minLength: 1, maxLength: 3 }).map((names) => path(names.join('/')));
const someNotation = fc.constantFrom('one', 'two', '+x two', 'three', '', '-> a');
const someExpects = fc.oneof(
  { arbitrary: fc.constant<Expects>('right'), weight: 6 },
  { arbitrary: fc.constantFrom<Expects>('nothing', 'stale'), weight: 1 },
);
const someStep: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      at: somePath,
      notation: someNotation,
      expects: someExpects,
    }),
    weight: 5,
  },
  { arbitrary: fc.record({ kind: fc.constant('makeDirectory' as const), at: somePath }), weight: 1 },
  {
    arbitrary: fc.record({
      kind: fc.constant('delete' as const),
      at: somePath,
      recursive: fc.boolean(),
      expects: someExpects,
    }),
    weight: 2,
  },
  {
    arbitrary: fc.record({ kind: fc.constant('rename' as const), at: somePath, to: somePath, expects: someExpects }),
    weight: 3,
  },
);

/** A share as everybody would draw it: what each path holds, and everything that any path ever held. */
class Model {
  readonly tree = new Map<WirePath, string | null>();
  readonly lost = new Set<string>();

  /** The answer's status, or the code of its problem. */
  apply(operation: Operation): string {
    switch (operation.kind) {
      case 'put':
        return this.#put(operation);
      case 'makeDirectory':
        return this.#makeDirectory(operation.path);
      case 'delete':
        return this.#delete(operation);
      case 'rename':
        return this.#rename(operation);
    }
  }

  entryAt(at: WirePath) {
    const notation = this.tree.get(at);
    return notation === undefined ? null : entryOf(notation);
  }

  #put({ path: at, entry, expect }: Extract<Operation, { kind: 'put' }>): string {
    if (this.#fileAbove(at)) return 'conflict';
    const current = this.entryAt(at);
    if (sameEntry(current, entry)) return 'done';
    if (!sameEntry(current, expect)) return 'conflict';
    if (this.#below(at).length > 0) return 'DirectoryNotEmpty';
    this.#lose(at, entry);
    this.#makeParents(at);
    this.tree.set(at, notationOf(entry));
    return 'done';
  }

  #makeDirectory(at: WirePath): string {
    if (this.#fileAbove(at)) return 'conflict';
    const current = this.entryAt(at);
    if (current) return current.kind === 'directory' ? 'done' : 'conflict';
    this.#makeParents(at);
    this.tree.set(at, null);
    return 'done';
  }

  #delete({ path: at, expect, recursive }: Extract<Operation, { kind: 'delete' }>): string {
    if (this.#fileAbove(at)) return 'conflict';
    const current = this.entryAt(at);
    if (!current) return 'done';
    if (!sameEntry(current, expect)) return 'conflict';
    const below = this.#below(at);
    if (below.length > 0 && !recursive) return 'DirectoryNotEmpty';
    for (const each of [at, ...below]) {
      this.#lose(each);
      this.tree.delete(each);
    }
    return 'done';
  }

  #rename({ from, to, expect, expectTo }: Extract<Operation, { kind: 'rename' }>): string {
    if (this.#fileAbove(from) || this.#fileAbove(to)) return 'conflict';
    const source = this.entryAt(from);
    const target = this.entryAt(to);
    if (!source) return target && expect.kind !== 'directory' && sameEntry(target, expect) ? 'done' : 'conflict';
    if (!sameEntry(source, expect)) return 'conflict';
    if (from === to) return 'done';
    if (!sameEntry(target, expectTo)) return 'conflict';
    if (isWithin(to, from)) return 'IllegalPath';
    if (this.#below(to).length > 0) return 'DirectoryNotEmpty';
    this.#makeParents(to);
    this.#lose(to);
    this.tree.delete(to);
    for (const each of [from, ...this.#below(from)]) {
      this.tree.set((to + each.slice(from.length)) as WirePath, this.tree.get(each) ?? null);
      this.tree.delete(each);
    }
    return 'done';
  }

  #below(at: WirePath): WirePath[] {
    return [...this.tree.keys()].filter((each) => each !== at && isWithin(each, at));
  }

  #fileAbove(at: WirePath): boolean {
    const parent = parentOf(at);
    return parent !== undefined && (typeof this.tree.get(parent) === 'string' || this.#fileAbove(parent));
  }

  #makeParents(at: WirePath): void {
    const parent = parentOf(at);
    if (parent === undefined || this.tree.has(parent)) return;
    this.#makeParents(parent);
    this.tree.set(parent, null);
  }

  /** What a path held goes to history, unless only its executable bit changes. */
  #lose(at: WirePath, replacement?: ReturnType<typeof entryOf>): void {
    const current = this.entryAt(at);
    if (!current || current.kind === 'directory') return;
    if (current.kind === 'file' && replacement?.kind === 'file' && replacement.content === current.content) return;
    this.lost.add(`${at} ${notationOf(current)}`);
  }
}

const CONTENTS = new Map(
  ['one', 'two', 'three', ''].map((text) => [JSON.stringify({ ...entryOf(text), executable: 0 }), text]),
);

function notationOf(entry: ReturnType<typeof entryOf>): string {
  if (entry.kind === 'link') return `-> ${entry.target}`;
  if (entry.kind === 'directory') throw new Error('folders have no notation');
  return `${entry.executable ? '+x ' : ''}${CONTENTS.get(JSON.stringify({ ...entry, executable: 0 }))}`;
}

function toOperation(model: Model, step: Step): Operation {
  const { kind, at } = step;
  if (kind === 'makeDirectory') return { kind, path: at };
  const stale = entryOf('stale');
  const right = model.entryAt(at);
  if (kind === 'put') {
    const entry = entryOf(step.notation) as Extract<Operation, { kind: 'put' }>['entry'];
    return {
      kind,
      path: at,
      entry,
      expect: step.expects === 'right' ? right : step.expects === 'stale' ? stale : null,
    };
  }
  const expect = step.expects === 'right' && right ? right : stale;
  if (kind === 'delete') return { kind, path: at, expect, recursive: step.recursive };
  return { kind, from: at, to: step.to, expect, expectTo: step.expects === 'nothing' ? null : model.entryAt(step.to) };
}

const outcomeOf = (result: OperationResult): string => (result.status === 'problem' ? result.code : result.status);

test('whatever is committed, share, folder and history agree with a simple model', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(someStep, { minLength: 1, maxLength: 6 }), { maxLength: 6 }),
      async (commits) => {
        const directory = mkdtempSync(join(FOLDER, 'syncline-test-'));
        const share = await EmbeddedShare.open({ name: 'x', directory, log: new TestLog(), rescanMs: 3_600_000 });
        try {
          const user = new ShareUser(share);
          const model = new Model();
          await user.upload('one', 'two', 'three');
          for (const steps of commits) {
            const operations: Operation[] = [];
            const outcomes: string[] = [];
            for (const step of steps) {
              const operation = toOperation(model, step);
              operations.push(operation);
              outcomes.push(model.apply(operation));
            }
            assert.deepEqual((await user.commit(...operations)).map(outcomeOf), outcomes);
            assert.deepEqual(harvest(directory), Object.fromEntries(model.tree));
            await user.upload('one', 'two', 'three');
          }
          const { rev } = share.cursor();
          await share.rescan();
          assert.equal(share.cursor().rev, rev, 'a look at the folder finds changes where there are none');
          assert.deepEqual(await user.tree(), Object.fromEntries(model.tree));
          const { versions } = await share.history({});
          for (const version of versions) if (version.entry.kind === 'file') await user.read(version.entry.content);
          const kept = new Set(versions.map((version) => `${version.path} ${notationOf(version.entry)}`));
          assert.deepEqual([...model.lost].sort(), [...kept].sort());
        } finally {
          await share.close();
          rmSync(directory, { recursive: true });
        }
      },
    ),
    { numRuns: 100 },
  );
});
