import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { LocalReader } from '../../../extension/sync/local/localReader.ts';
import type { WantedContent } from '../../../extension/sync/endpoint.ts';
import { contentIdOf } from '../../../server/protocol/contentId.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';
import { MemorySink } from '../../support/memorySink.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const small = Buffer.from('small content');
const large = Buffer.alloc(3 * 1024 * 1024 + 5, 'large content ');

class Folder {
  readonly root: string;
  readonly reader: LocalReader;

  constructor(t: TestContext) {
    this.root = join(temporaryFolder(t), 'root');
    mkdirSync(join(this.root, 'd'), { recursive: true });
    this.reader = new LocalReader(this.root);
    t.after(() => this.reader.close());
  }

  /** A file as a scan saw it. */
  plant(path: string, bytes: Buffer): WantedContent {
    writeFileSync(join(this.root, path), bytes);
    return { path: parseWirePath(path), content: contentIdOf(bytes), size: bytes.length };
  }

  async read(wanted: WantedContent, from = 0): Promise<{ bytes: Buffer; error: unknown }> {
    const pieces: Uint8Array[] = [];
    try {
      for await (const piece of this.reader.open(wanted, from)) pieces.push(Buffer.from(piece));
      return { bytes: Buffer.concat(pieces), error: null };
    } catch (error) {
      return { bytes: Buffer.concat(pieces), error };
    }
  }
}

test('gives out files of any size, from any offset', async (t) => {
  const folder = new Folder(t);
  for (const [path, bytes] of [
    ['d/small', small],
    ['large', large],
    ['empty', Buffer.alloc(0)],
  ] as const) {
    const wanted = folder.plant(path, bytes);
    for (const from of [0, 1, bytes.length >> 1, bytes.length]) {
      const read = await folder.read(wanted, from);
      assert.equal(read.error, null);
      assert.ok(read.bytes.equals(bytes.subarray(from)), `${path} from ${from}`);
    }
  }
});

test('a file that changed never arrives as complete', async (t) => {
  const folder = new Folder(t);
  for (const [path, bytes] of [
    ['small', small],
    ['large', large],
  ] as const) {
    const wanted = folder.plant(path, bytes);
    const changed = Buffer.from(bytes);
    changed[0] = 0x21;
    for (const now of [changed, bytes.subarray(1), Buffer.concat([bytes, small])]) {
      writeFileSync(join(folder.root, path), now);
      const read = await folder.read(wanted);
      assert.equal((read.error as { code?: string }).code, 'Changed');
      assert.ok(read.bytes.length < bytes.length);
    }
  }
});

test('what is gone, or is something else now, is told as that', async (t) => {
  const folder = new Folder(t);
  const wanted = folder.plant('d/a', small);
  rmSync(join(folder.root, 'd/a'));
  assert.equal(((await folder.read(wanted)).error as { code?: string }).code, 'NotFound');
  writeFileSync(join(folder.root, 'b'), small);
  symlinkSync('../b', join(folder.root, 'd/a'));
  assert.ok((await folder.read(wanted)).error);
});

test('does not follow a folder that was swapped for a link', async (t) => {
  const folder = new Folder(t);
  const wanted = folder.plant('d/a', small);
  renameSync(join(folder.root, 'd'), join(folder.root, '..', 'outside'));
  symlinkSync('../outside', join(folder.root, 'd'));
  assert.ok((await folder.read(wanted)).error);
});

test('sends many, leaves out what is gone and says which', async (t) => {
  const folder = new Folder(t);
  const [one, two, three] = [
    folder.plant('one', Buffer.from('1')),
    folder.plant('two', Buffer.from('2')),
    folder.plant('three', Buffer.from('3')),
  ];
  writeFileSync(join(folder.root, 'two'), 'x');
  const sink = new MemorySink();
  let bytes = 0;
  const gone = await folder.reader.send([one, two, three], sink, { onProgress: (more) => (bytes += more) });
  assert.deepEqual(gone, [two.content]);
  assert.deepEqual([...sink.contents.keys()], [one.content, three.content]);
  assert.equal(bytes, 2);
});
