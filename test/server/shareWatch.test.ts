import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ParamsOf } from '../../server/protocol/messages/message.ts';
import type { didChange } from '../../server/protocol/messages/files.ts';
import type { Change } from '../../server/protocol/messages/values.ts';
import { parseWirePath, type WirePath } from '../../server/protocol/wirePath.ts';
import { ShareWatch } from '../../server/session/shareWatch.ts';
import type { ShareEvent } from '../../server/store/feed.ts';
import type { Share } from '../../server/store/share.ts';

type Notice = ParamsOf<typeof didChange>;

/** A share and a client of which only what a watch uses is there; the client reads when told to. */
class Scene {
  readonly notices: Notice[] = [];
  truncated = 0;
  #rev = 0;
  #epoch = 'epoch-one';
  #listener: (event: ShareEvent) => void = () => {};
  #reads = Promise.withResolvers<void>();
  #noticed = Promise.withResolvers<void>();

  constructor() {
    this.#reads.resolve();
  }

  watch(dir?: WirePath): ShareWatch {
    const share = {
      name: 'files',
      cursor: () => this.#cursor(),
      onDidChange: (listener: (event: ShareEvent) => void) => {
        this.#listener = listener;
        return { [Symbol.dispose]: () => (this.#listener = () => {}) };
      },
    };
    const peer = {
      drained: () => this.#reads.promise,
      notify: (_message: unknown, params: unknown) => {
        this.notices.push(params as Notice);
        this.#noticed.resolve();
      },
    };
    return new ShareWatch({ share: share as unknown as Share, dir, peer, onTruncated: () => this.truncated++ });
  }

  change(...paths: string[]): void {
    const from = this.#cursor();
    const changes = paths.map((path): Change => ({ kind: 'delete', rev: ++this.#rev, path: parseWirePath(path) }));
    this.#listener({ from, cursor: this.#cursor(), changes });
  }

  renumber(): void {
    const from = this.#cursor();
    this.#epoch = 'epoch-two';
    this.#listener({ from, cursor: this.#cursor(), changes: [] });
  }

  stopReading(): void {
    this.#reads = Promise.withResolvers();
  }

  readOn(): void {
    this.#reads.resolve();
  }

  /** The next notice, as text. */
  async next(): Promise<string> {
    if (this.notices.length === 0) await this.#noticed.promise;
    this.#noticed = Promise.withResolvers();
    const { from, cursor, changes, truncated } = this.notices.shift() as Notice;
    const names = changes.map((change) => (change.kind === 'rename' ? change.to : change.path));
    return `${from.rev}-${cursor.rev} ${truncated ? 'truncated' : names.join(' ')}`;
  }

  #cursor(): ShareEvent['cursor'] {
    return { epoch: this.#epoch, rev: this.#rev };
  }
}

test('the first change is told at once, what follows quickly comes together', async () => {
  const scene = new Scene();
  using watch = scene.watch();
  assert.deepEqual(watch.told, { epoch: 'epoch-one', rev: 0 });
  scene.change('a');
  assert.equal(await scene.next(), '0-1 a');
  scene.change('b');
  scene.change('c', 'd');
  assert.equal(await scene.next(), '1-4 b c d');
  assert.deepEqual(watch.told, { epoch: 'epoch-one', rev: 4 });
});

test('a client that does not read gets one notice afterwards, not all that it missed', async () => {
  const scene = new Scene();
  using _ = scene.watch();
  scene.stopReading();
  for (let n = 0; n < 400; n++) scene.change(`a${n}`, `b${n}`);
  await new Promise(setImmediate);
  assert.equal(scene.notices.length, 0);
  scene.readOn();
  assert.equal(await scene.next(), '0-800 truncated');
  assert.equal(scene.truncated, 1);
  scene.change('later');
  assert.equal(await scene.next(), '800-801 later');
});

test('more than 500 changes at once are not named', async () => {
  const scene = new Scene();
  using _ = scene.watch();
  scene.change(...Array.from({ length: 500 }, (_each, n) => `a${n}`));
  assert.match(await scene.next(), /^0-500 a0 a1 /);
  scene.change(...Array.from({ length: 501 }, (_each, n) => `a${n}`));
  assert.equal(await scene.next(), '500-1001 truncated');
});

test('below a folder only its changes are told, and they account for the others', async () => {
  const scene = new Scene();
  using _ = scene.watch(parseWirePath('docs'));
  scene.change('a');
  scene.change('docs/b');
  assert.equal(await scene.next(), '0-2 docs/b');
  scene.change('docs');
  assert.equal(await scene.next(), '2-3 truncated');
});

test('a share that is numbered anew tells the client to ask', async () => {
  const scene = new Scene();
  using _ = scene.watch();
  scene.change('a');
  await scene.next();
  scene.renumber();
  assert.equal(await scene.next(), '1-1 truncated');
});

test('after the end nothing is told', async () => {
  const scene = new Scene();
  const watch = scene.watch();
  scene.stopReading();
  scene.change('a');
  watch[Symbol.dispose]();
  scene.readOn();
  scene.change('b');
  await new Promise(setImmediate);
  assert.equal(scene.notices.length, 0);
});
