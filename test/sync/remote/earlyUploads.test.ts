import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ContentId, contentIdOf } from '../../../server/protocol/contentId.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';
import type { ServerClient, UploadContent } from '../../../extension/connect/serverClient.ts';
import { EarlyUploads } from '../../../extension/sync/remote/earlyUploads.ts';
import { EMPTY_TREE } from '../../../extension/sync/tree/tree.ts';
import { treeOf } from '../../support/treeNotation.ts';

/** A server that has `known`, and takes uploads until `break`; holds them back between `hold` and `go`. */
function server(known: readonly string[] = [], isNear: boolean | null = false) {
  const has = new Set(known.map((text) => contentIdOf(Buffer.from(text))));
  const got: string[] = [];
  let gate = Promise.resolve();
  let isBroken = false;
  const client = {
    isNear: isNear ?? undefined,
    request: async (_: unknown, { contents }: { contents: { content: ContentId }[] }) => ({
      missing: contents.flatMap(({ content }) => (has.has(content) ? [] : [{ content, from: 0 }])),
    }),
    upload: async (_: string, uploads: readonly UploadContent[]) => {
      await gate;
      if (isBroken) throw new Error('broken');
      for (const { bytes } of uploads)
        got.push(
          Buffer.from(bytes ?? [])
            .toString()
            .slice(0, 8),
        );
    },
  };
  const hold = (): (() => void) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    return resolve;
  };
  const provider = { current: client as unknown as ServerClient };
  return { provider, got, hold, break: () => (isBroken = true) };
}

const offer = (early: EarlyUploads, path: string, text: string): Promise<void> | undefined =>
  early.offer(parseWirePath(path), contentIdOf(Buffer.from(text)), Buffer.from(text));

test('sends what the server lacks, each content once, and nothing that it is known to hold', async () => {
  const { provider, got } = server(['b']);
  const early = new EarlyUploads({ share: 'files', provider, base: treeOf('old=a0') });
  early.decide(true);
  for (const [path, text] of Object.entries({ a: 'a', 'd/a': 'a', b: 'b', old: 'a0', empty: '', c: 'c' }))
    void offer(early, path, text);
  await early.finish();
  assert.deepEqual(got, ['a', 'c']);
  assert.deepEqual([...early.sent].sort(), ['a', 'b', 'c'].map((text) => contentIdOf(Buffer.from(text))).sort());
});

test('nothing that looks secret and was never there travels before anybody was asked (row 13)', async () => {
  const { provider, got } = server([], true);
  const early = new EarlyUploads({ share: 'files', provider, base: treeOf('.env=old') });
  early.decide(true);
  for (const path of ['a', 'd/.env', 'key.pem', '.env']) void offer(early, path, path);
  await early.finish();
  assert.deepEqual(got, ['a', '.env']);
});

test('a server on this machine is sent everything without a question', async () => {
  const { provider, got } = server(['b'], true);
  const early = new EarlyUploads({ share: 'files', provider, base: EMPTY_TREE });
  early.decide(true);
  for (const text of ['a', 'b']) void offer(early, text, text);
  await early.finish();
  assert.deepEqual(got, ['a', 'b']);
});

test('nothing is sent before it may be, and never if it may not', async () => {
  for (const mayBeSent of [true, false]) {
    const { provider, got } = server();
    const early = new EarlyUploads({ share: 'files', provider, base: EMPTY_TREE });
    for (let i = 0; i < 5; i++) void offer(early, `f${i}`, `${i}`.repeat(700_000));
    assert.deepEqual(got, []);
    early.decide(mayBeSent);
    await early.finish();
    assert.equal(got.length, mayBeSent ? 5 : 0);
  }
});

test('a look waits while it is being found out whether the server is near', async () => {
  const { provider, got, hold } = server([], null);
  const go = hold();
  const early = new EarlyUploads({ share: 'files', provider, base: EMPTY_TREE });
  early.decide(true);
  assert.equal(offer(early, 'a', 'a'.repeat(900_000)), undefined);
  const held = offer(early, 'b', 'b'.repeat(900_000));
  assert.ok(held);
  go();
  await held;
  await early.finish();
  assert.equal(got.length, 2);
});

test('a look goes no faster than what it finds is sent', async () => {
  const { provider, got, hold } = server();
  const go = hold();
  const early = new EarlyUploads({ share: 'files', provider, base: EMPTY_TREE });
  early.decide(true);
  let held: Promise<void> | undefined;
  let offered = 0;
  while (!held && offered < 50) held = offer(early, `f${offered}`, `${offered++} `.repeat(300_000));
  assert.ok(offered < 16, `${offered} packs`);
  go();
  await held;
  await early.finish();
  assert.equal(got.length, offered);
});

test('a transfer that breaks is nobody’s failure, and holds nothing back', async () => {
  const { provider, got, break: breakOff } = server();
  breakOff();
  const early = new EarlyUploads({ share: 'files', provider, base: EMPTY_TREE });
  early.decide(true);
  for (let i = 0; i < 30; i++) await offer(early, `f${i}`, `${i} `.repeat(300_000));
  await early.finish();
  assert.deepEqual([got, [...early.sent]], [[], []]);
});
