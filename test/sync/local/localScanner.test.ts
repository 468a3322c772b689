import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs, {
  chmodSync,
  chownSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { LocalScanner } from '../../../extension/sync/local/localScanner.ts';
import { StatCache } from '../../../extension/sync/local/statCache.ts';
import { EMPTY_TREE, nodeAt, type Tree } from '../../../extension/sync/tree/tree.ts';
import type { Look } from '../../../extension/sync/endpoint.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import { arbitraryPerturbation, arbitraryTree } from '../../support/arbitraryTree.ts';
import { file, show, treeOf } from '../../support/treeNotation.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { untilOld } from '../../support/untilOld.ts';
import { plantTree } from '../../support/plantTree.ts';

class Scanned {
  readonly root: string;
  readonly cache = new StatCache();
  readonly scanner: LocalScanner;
  base: Tree = EMPTY_TREE;

  constructor(t: TestContext, tree = '') {
    this.root = temporaryFolder(t);
    plantTree(this.root, treeOf(tree));
    this.scanner = new LocalScanner(this.root, this.cache);
  }

  at = (path: string): string => join(this.root, path);

  async scan(look: Look = 'everything'): Promise<string> {
    const { tree, problems } = await this.scanner.scan({ look, base: this.base });
    const words = problems.map(({ code, path }) => `!${code}:${path}`).sort();
    return [show(tree), ...words].filter(Boolean).join(' ');
  }
}

/** Contents of test files are told by their text. */
for (const text of ['1', '2', '3', 'x', '*.o']) file(text);

test('reads files, folders, links and the executable bit', async (t) => {
  const folder = new Scanned(t, 'a=1 d/run*=2 e/ d/l->../a');
  assert.equal(await folder.scan(), 'a=1 d/l->../a d/run*=2 e/');
});

test('leaves out what is ignored, and folders that hold nothing else', async (t) => {
  const folder = new Scanned(t, 'a=1 d/x.o=2 d/e/y.o=2 f/z.o=1 f/b=3 .git/config=1');
  mkdirSync(folder.at('.syncline'));
  writeFileSync(folder.at('.gitignore'), '*.o');
  assert.equal(await folder.scan(), '.gitignore=*.o a=1 f/b=3');
});

test('keeps a folder that holds only ignored things when the base knows it', async (t) => {
  const folder = new Scanned(t, 'd/x.o=2');
  writeFileSync(folder.at('.gitignore'), '*.o');
  folder.base = treeOf('d/');
  assert.equal(await folder.scan(), '.gitignore=*.o d/');
});

test('reports what cannot be synced, and reads the rest', async (t) => {
  const folder = new Scanned(t, 'a=1 d/Read=1 d/read=2 d/b=3');
  symlinkSync('../outside', folder.at('l'));
  writeFileSync(folder.at('CON'), 'x');
  assert.equal(
    await folder.scan(),
    'a=1 d/b=3 !IllegalPath:CON !LinkOutside:l !NameCollision:d/Read !NameCollision:d/read',
  );
  folder.base = treeOf('d/read=2');
  assert.equal(await folder.scan(), 'a=1 d/b=3 d/read=2 !IllegalPath:CON !LinkOutside:l !NameCollision:d/Read');
});

test('an unreadable file or folder is a problem, not a deletion', async (t) => {
  const folder = new Scanned(t, 'a=1 b=2 d/c=3');
  chmodSync(folder.at('b'), 0);
  chmodSync(folder.at('d'), 0);
  assert.equal(await asOrdinaryUser(folder.root, () => folder.scan()), 'a=1 !AccessDenied:b !AccessDenied:d');
  chmodSync(folder.at('d'), 0o700);
});

test('a named pipe is a problem and is not waited for', async (t) => {
  const folder = new Scanned(t, 'a=1');
  execFileSync('mkfifo', [folder.at('p')]);
  assert.equal(await folder.scan(), 'a=1 !UnsupportedType:p');
});

test('a root that is missing or no folder is an error, never an empty tree', async (t) => {
  const folder = new Scanned(t, 'a=1');
  rmSync(folder.root, { recursive: true });
  await assert.rejects(folder.scan(), { code: 'RootUnavailable' });
  writeFileSync(folder.root, '');
  await assert.rejects(folder.scan(), { code: 'RootUnavailable' });
});

test('hashes a file once, and again after any change of it', async (t) => {
  const folder = new Scanned(t, 'a=1 b=2');
  const old = new Date(Date.now() - 10_000);
  utimesSync(folder.at('a'), old, old);
  await folder.scan();
  writeFileSync(folder.at('a'), 'x');
  utimesSync(folder.at('a'), old, old);
  assert.equal(await folder.scan(), 'a=x b=2', 'same size and modification time, but another change time');
});

test('what is found first may travel while the rest is still being looked for', async (t) => {
  const folder = new Scanned(t);
  for (let n = 0; n < 1300; n++) {
    if (n % 100 === 0) mkdirSync(folder.at(`d${n / 100}`));
    writeFileSync(folder.at(`d${Math.floor(n / 100)}/f${n}`), `${n}`);
  }
  let entries = 0;
  const offered = new Map<string, number>();
  const early = { offer: (path: string) => void offered.set(path, entries) };
  const onProgress = (now: number): void => void (entries = now);
  const { tree } = await folder.scanner.scan({ look: 'everything', base: EMPTY_TREE, early, onProgress });
  assert.equal(offered.size, 1300, 'each once');
  assert.ok(Math.min(...offered.values()) < 700, 'the first before half of it was seen');
  assert.deepEqual(
    new Set(offered.keys()),
    new Set(
      show(tree)
        .split(' ')
        .map((each) => each.split('=')[0]),
    ),
  );
});

test('a file that is being written to while it is read is tried once more', async (t) => {
  const folder = new Scanned(t, 'a=1 b=2');
  const read = fs.readSync;
  let isFirst = true;
  fs.readSync = ((...args: Parameters<typeof read>) => {
    if (isFirst) writeFileSync(folder.at('a'), 'xxxxx');
    isFirst = false;
    return read(...args);
  }) as typeof read;
  syncBuiltinESMExports();
  t.after(() => {
    fs.readSync = read;
    syncBuiltinESMExports();
  });
  file('xxxxx');
  assert.equal(await folder.scan(), 'a=xxxxx b=2');
});

test('a folder that was moved is not hashed again', async (t) => {
  const folder = new Scanned(t, 'd/a=1 d/b=2');
  await folder.scan();
  await untilOld();
  await folder.scan();
  renameSync(folder.at('d'), folder.at('n'));
  const known: string[] = [];
  const contentOf = folder.cache.contentOf.bind(folder.cache);
  folder.cache.contentOf = (path, identity) => {
    const content = contentOf(path, identity);
    if (content) known.push(path);
    return content;
  };
  assert.equal(await folder.scan(), 'n/a=1 n/b=2');
  assert.deepEqual(known, ['n/a', 'n/b']);
});

test('gives back the same nodes where nothing changed', async (t) => {
  const folder = new Scanned(t, 'd/a=1 e/b=2');
  await folder.scan();
  const before = folder.scanner.tree;
  await folder.scan();
  assert.equal(folder.scanner.tree, before);
  writeFileSync(folder.at('e/b'), '3');
  await folder.scan();
  assert.equal(nodeAt(folder.scanner.tree, 'd' as WirePath), nodeAt(before, 'd' as WirePath));
});

const HINTS: [string, string, (at: (path: string) => string) => void, string[], string][] = [
  ['an edited file', 'a=1 d/b=2', (at) => writeFileSync(at('d/b'), '3'), ['d/b'], 'a=1 d/b=3'],
  ['a new file', 'd/b=2', (at) => writeFileSync(at('d/c'), '3'), ['d/c'], 'd/b=2 d/c=3'],
  ['a deleted file', 'd/b=2 d/c=1', (at) => rmSync(at('d/b')), ['d/b'], 'd/c=1'],
  ['a folder left empty', 'd/b=2', (at) => rmSync(at('d/b')), ['d/b'], 'd/'],
  [
    'a folder left with ignored things',
    'd/b=2 d/x.o=1 .synclineignore=*.o',
    (at) => rmSync(at('d/b')),
    ['d/b'],
    '.synclineignore=*.o',
  ],
  [
    'a file in a folder that was left out',
    'd/e/x.o=1 .synclineignore=*.o',
    (at) => writeFileSync(at('d/e/n'), '1'),
    ['d/e/n'],
    '.synclineignore=*.o d/e/n=1',
  ],
  ['a deleted folder', 'd/e/b=2 a=1', (at) => rmSync(at('d'), { recursive: true }), ['d', 'd/e', 'd/e/b'], 'a=1'],
  ['a moved folder', 'd/e/b=2 a=1', (at) => renameSync(at('d'), at('n')), ['n', 'd'], 'a=1 n/e/b=2'],
  [
    'a new folder and what is in it',
    'a=1',
    (at) => mkdirSync(at('n/m'), { recursive: true }),
    ['n', 'n/m'],
    'a=1 n/m/',
  ],
  [
    'a path below a file that is no folder any more',
    'd/b=2',
    (at) => [rmSync(at('d'), { recursive: true }), writeFileSync(at('d'), 'x')],
    ['d/b', 'd'],
    'd=x',
  ],
  [
    'a name that collides',
    'd/read=1',
    (at) => writeFileSync(at('d/READ'), '2'),
    ['d/READ'],
    'd/ !NameCollision:d/READ !NameCollision:d/read',
  ],
  [
    'a changed ignore file',
    'a.o=1 b=2',
    (at) => writeFileSync(at('.gitignore'), '*.o'),
    ['.gitignore'],
    '.gitignore=*.o b=2',
  ],
  [
    'an ignored path',
    'a=1 .synclineignore=*.o',
    (at) => writeFileSync(at('x.o'), '2'),
    ['x.o'],
    '.synclineignore=*.o a=1',
  ],
  ['paths that are as they were', 'a=1 d/b=2', () => {}, ['a', 'd', 'nothing/at/all'], 'a=1 d/b=2'],
  ['a changed mode', 'a=1', (at) => chmodSync(at('a'), 0o755), ['a'], 'a*=1'],
];

for (const [title, before, change, dirty, after] of HINTS) {
  test(`after a hint looks at ${title}`, async (t) => {
    const folder = new Scanned(t, before);
    await folder.scan();
    change(folder.at);
    assert.equal(await folder.scan(new Set(dirty)), after);
    assert.equal(await folder.scan(), after, 'a look at everything finds the same');
  });
}

test('a problem goes away when its path is looked at again', async (t) => {
  const folder = new Scanned(t, 'd/a=1');
  symlinkSync('../../outside', folder.at('d/l'));
  assert.equal(await folder.scan(), 'd/a=1 !LinkOutside:d/l');
  rmSync(folder.at('d/l'));
  assert.equal(await folder.scan(new Set(['d/l'])), 'd/a=1');
});

test('planned ignore files stand in for those on disk', async (t) => {
  const folder = new Scanned(t, 'a.o=1 b=2');
  writeFileSync(folder.at('.gitignore'), '*.o');
  const scan = async (ignoreFiles: ReadonlyMap<string, string | null>): Promise<string> =>
    show((await folder.scanner.scan({ look: 'nothing', base: EMPTY_TREE, ignoreFiles })).tree);
  assert.equal(await scan(new Map([['.gitignore', null]])), '.gitignore=*.o a.o=1 b=2');
  assert.equal(await scan(new Map([['.gitignore', 'b']])), '.gitignore=*.o a.o=1');
});

test('looking only at what changed finds what looking at everything finds', async (t) => {
  const root = temporaryFolder(t);
  await fc.assert(
    fc.asyncProperty(
      arbitraryTree(),
      fc.array(arbitraryPerturbation, { minLength: 1, maxLength: 3 }),
      async (tree, steps) => {
        rmSync(root, { recursive: true });
        plantTree(root, tree);
        writeFileSync(join(root, '.gitignore'), 'c\n');
        const scanner = new LocalScanner(root, new StatCache());
        const scan = async (one: LocalScanner, look: Look): Promise<string> =>
          show((await one.scan({ look, base: EMPTY_TREE })).tree);
        await scan(scanner, 'everything');
        for (const step of steps) {
          const next = step(tree);
          const dirty = plantTree(root, next, tree);
          tree = next;
          assert.equal(await scan(scanner, dirty), await scan(new LocalScanner(root, new StatCache()), 'everything'));
        }
      },
    ),
    { numRuns: 200 },
  );
});

/** Permissions do not hold root back, so where the tests run as root this part of them runs as somebody else. */
async function asOrdinaryUser<T>(root: string, action: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return action();
  const nobody = 65534;
  chownSync(root, nobody, nobody);
  process.seteuid?.(nobody);
  try {
    return await action();
  } finally {
    process.seteuid?.(0);
  }
}

test('nothing is taken for synced while an ignore file cannot be read', async (t) => {
  const folder = new Scanned(t, 'a=1 .gitignore=*.o d/x.o=2');
  const open = fs.openSync.bind(fs);
  const broken = t.mock.method(fs, 'openSync', (...args: Parameters<typeof open>) => {
    if (String(args[0]).endsWith('.gitignore')) throw Object.assign(new Error('broken'), { code: 'EMFILE' });
    return open(...args);
  });
  syncBuiltinESMExports();
  const repair = (): void => {
    broken.mock.restore();
    syncBuiltinESMExports();
  };
  t.after(repair);
  await assert.rejects(folder.scan(), { code: 'TooMany', message: /“.gitignore”, which says what is ignored/ });
  assert(folder.scanner.rules.isIgnored('d/x.o', false));
  repair();
  assert.equal(await folder.scan(new Set(['a'])), '.gitignore=*.o a=1');
});

test('a file of a large folder is looked at without a list of the folder, whatever has become of it', async (t) => {
  const names = Array.from({ length: 300 }, (_, n) => `n${n}`);
  const folder = new Scanned(t, names.map((name) => `d/${name}=1`).join(' '));
  const others = names.slice(4).map((name) => `d/${name}=1`);
  const shown = (...first: string[]): string => show(treeOf([...first, ...others].join(' ')));
  await folder.scan();
  const lists = countLists(t);

  writeFileSync(folder.at('d/n0'), '2');
  rmSync(folder.at('d/n1'));
  assert.equal(await folder.scan(new Set(['d/n0', 'd/n1'])), shown('d/n0=2', 'd/n2=1', 'd/n3=1'));
  assert.equal(lists(), 0);

  rmSync(folder.at('d/n2'));
  mkdirSync(folder.at('d/n2'));
  writeFileSync(folder.at('d/n2/x'), 'x');
  assert.equal(await folder.scan(new Set(['d/n2'])), shown('d/n0=2', 'd/n2/x=x', 'd/n3=1'));
  rmSync(folder.at('d/n3'));
  symlinkSync('n0', folder.at('d/n3'));
  assert.equal(await folder.scan(new Set(['d/n3'])), shown('d/n0=2', 'd/n2/x=x', 'd/n3->n0'));
  assert.ok(lists() >= 2);
});

test('a name that collides in a large folder is found although its neighbours are not listed for a save', async (t) => {
  const names = Array.from({ length: 300 }, (_, n) => `n${n}`);
  const folder = new Scanned(t, names.map((name) => `d/${name}=1`).join(' '));
  await folder.scan();
  writeFileSync(folder.at('d/N7'), '2');
  const both = await folder.scan(new Set(['d/N7']));
  assert.match(both, /!NameCollision:d\/N7 !NameCollision:d\/n7$/);
  writeFileSync(folder.at('d/n7'), '3');
  assert.equal(await folder.scan(new Set(['d/n7'])), both);
  rmSync(folder.at('d/N7'));
  assert.match(await folder.scan(new Set(['d/N7'])), / d\/n7=3 /);
});

/** How often a folder has been listed since then. */
function countLists(t: TestContext): () => number {
  const { readdirSync } = fs;
  let lists = 0;
  t.after(() => {
    fs.readdirSync = readdirSync;
    syncBuiltinESMExports();
  });
  fs.readdirSync = ((...args: Parameters<typeof readdirSync>) => {
    lists++;
    return readdirSync(...args);
  }) as typeof readdirSync;
  syncBuiltinESMExports();
  return () => lists;
}
