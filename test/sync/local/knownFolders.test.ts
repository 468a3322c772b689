import assert from 'node:assert/strict';
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { BaseStore } from '../../../extension/sync/base/baseStore.ts';
import { LocalScanner } from '../../../extension/sync/local/localScanner.ts';
import { StatCache } from '../../../extension/sync/local/statCache.ts';
import type { ScanRequest } from '../../../extension/sync/endpoint.ts';
import { EMPTY_TREE, nodeAt, type Tree } from '../../../extension/sync/tree/tree.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';
import { arbitraryPerturbation, arbitraryTree } from '../../support/arbitraryTree.ts';
import { plantTree } from '../../support/plantTree.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { file, show, treeOf } from '../../support/treeNotation.ts';
import { untilOld } from '../../support/untilOld.ts';

for (const text of ['1', '2', '3', '4', 'x', '*.o']) file(text);

/** A folder that one process after the other looks at; each has what the one before saved. */
class Folder {
  readonly root: string;
  readonly #state: string;
  readonly #t: TestContext;
  #store: BaseStore | undefined;
  cache = new StatCache();
  base: Tree = EMPTY_TREE;
  /** Folders whose files were asked for one by one. */
  asked: string[] = [];

  constructor(t: TestContext, tree: string) {
    this.#t = t;
    this.root = temporaryFolder(t);
    this.#state = temporaryFolder(t);
    plantTree(this.root, treeOf(tree));
  }

  at = (path: string): string => join(this.root, path);

  async look(request: Partial<ScanRequest> = {}): Promise<string> {
    const contentAt = this.cache.contentAt.bind(this.cache);
    this.asked = [];
    this.cache.contentAt = (path, identity) => {
      if (!this.asked.includes(path)) this.asked.push(path);
      return contentAt(path, identity);
    };
    const scanner = new LocalScanner(this.root, this.cache);
    const { tree } = await scanner.scan({ look: 'everything', base: this.base, ...request });
    this.cache.contentAt = contentAt;
    this.seen = tree;
    return show(tree);
  }

  seen: Tree = EMPTY_TREE;

  /** Both sides agree on what was seen, and the next process begins. */
  restart(base = this.seen): void {
    const store = this.#store ?? BaseStore.open(this.#state);
    store.save({ base, remote: null, conflicts: [] }, this.cache.changes());
    store.saveFolders([...this.cache.folders.changes(base)]);
    store.close();
    this.#store = BaseStore.open(this.#state);
    const opened = this.#store;
    this.#t.after(() => opened.close());
    this.cache = new StatCache(opened);
    this.base = opened.state.base;
  }
}

async function synced(t: TestContext, tree: string): Promise<Folder> {
  const folder = new Folder(t, tree);
  await untilOld();
  await folder.look();
  folder.restart();
  return folder;
}

test('a tree that nobody touched is taken as a whole, in the next process as well', async (t) => {
  const folder = await synced(t, 'a=1 d/b*=2 d/e/c=3 f/ l->a');
  assert.equal(await folder.look(), 'a=1 d/b*=2 d/e/c=3 f/ l->a');
  assert.deepEqual(folder.asked, []);
  assert.equal(folder.seen, folder.base, 'the very tree that was stored');
});

test('a folder in which anything has changed is looked at file by file, and no other', async (t) => {
  const folder = new Folder(t, 'a=1 d/b=2 d/c=3 e/f/g=4');
  const old = new Date(Date.now() - 10_000);
  utimesSync(folder.at('d/b'), old, old);
  await untilOld();
  await folder.look();
  folder.restart();
  writeFileSync(folder.at('d/b'), 'x');
  utimesSync(folder.at('d/b'), old, old);
  assert.equal(
    await folder.look(),
    'a=1 d/b=x d/c=3 e/f/g=4',
    'same size and modification time, but another change time',
  );
  assert.deepEqual(folder.asked, ['d/b', 'd/c']);
  assert.equal(nodeAt(folder.seen, parseWirePath('e')), nodeAt(folder.base, parseWirePath('e')));
  rmSync(folder.at('e/f'), { recursive: true });
  assert.equal(await folder.look(), 'a=1 d/b=x d/c=3 e/');
});

test('names that come, go or are ignored now are seen', async (t) => {
  const folder = await synced(t, 'a=1 b.o=2 d/c=3');
  writeFileSync(folder.at('.gitignore'), '*.o');
  mkdirSync(folder.at('d/e'));
  rmSync(folder.at('d/c'));
  assert.equal(await folder.look(), '.gitignore=*.o a=1 d/e/');
});

test('a file that was looked at just after it changed is looked at again', async (t) => {
  const folder = await synced(t, 'a=1 d/b=2');
  writeFileSync(folder.at('d/b'), 'x');
  await folder.look();
  folder.restart();
  await folder.look();
  assert.deepEqual(folder.asked, ['d/b']);
});

test('nothing is known by what was there before a file changed between the look and the reading', async (t) => {
  const folder = new Folder(t, 'a=1 d/b=2');
  await untilOld();
  // the root is entered, its files are read when everything was looked at
  const onProgress = (entries: number): void => {
    if (entries < 3) return;
    writeFileSync(folder.at('d/b'), 'x');
    const written = Date.now();
    while (Date.now() - written < 80);
  };
  assert.equal(await folder.look({ onProgress }), 'a=1 d/b=x');
  const known = [...folder.cache.folders.changes(folder.seen)].map(({ path }) => path);
  assert.deepEqual(known, ['']);
});

test('what the base lists otherwise is not taken from the look, nor the look from it', async (t) => {
  const folder = await synced(t, 'a=1 d/b=2 d/c=3');
  folder.restart(treeOf('a=1 d/b=x d/c=3'));
  assert.equal(await folder.look(), 'a=1 d/b=2 d/c=3');
  assert.deepEqual(folder.asked, ['d/b', 'd/c']);
});

test('a file that is not to be trusted any more is read again', async (t) => {
  const folder = await synced(t, 'a=1 d/b=2');
  folder.cache.forget(parseWirePath('d/b'));
  await folder.look();
  assert.deepEqual(folder.asked, ['d/b']);
  const again = await synced(t, 'a=1 d/b=2');
  again.cache.forget(parseWirePath('d/b'));
  again.restart(again.base);
  await again.look();
  assert.deepEqual(again.asked, ['d/b'], 'in the next process, too');
});

test('whatever happens between two processes, a look sees what one without any memory sees', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      arbitraryTree(),
      fc.array(arbitraryPerturbation, { minLength: 1, maxLength: 2 }),
      arbitraryPerturbation,
      async (tree, steps, unlike) => {
        const folder = new Folder(t, show(tree));
        await untilOld();
        await folder.look();
        folder.restart();
        for (const step of steps) {
          const next = step(tree);
          plantTree(folder.root, next, tree);
          tree = next;
          const fresh = await new LocalScanner(folder.root, new StatCache()).scan({
            look: 'everything',
            base: folder.base,
          });
          assert.equal(await folder.look(), show(fresh.tree));
          // the sides may agree on something else than was seen
          folder.restart(unlike(folder.seen));
          const other = await new LocalScanner(folder.root, new StatCache()).scan({
            look: 'everything',
            base: folder.base,
          });
          assert.equal(await folder.look(), show(other.tree));
        }
      },
    ),
    { numRuns: 25 },
  );
});
