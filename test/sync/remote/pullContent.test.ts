import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentIdOf } from '../../../server/protocol/contentId.ts';
import type { ContentSink } from '../../../server/protocol/transfer/contentSink.ts';
import { pullContent } from '../../../extension/sync/remote/pullContent.ts';

const part = { content: contentIdOf(Buffer.from('abc')), size: 3, from: 0 };

test('gives out what is pushed, holding the source back until it was taken', async () => {
  const order: string[] = [];
  const push = async (sink: ContentSink): Promise<void> => {
    const writer = await sink.open(part);
    for (const text of ['a', 'b', 'c']) {
      order.push(`push ${text}`);
      await writer.write(Buffer.from(text));
    }
    await writer.finish();
  };
  for await (const bytes of pullContent(push)) order.push(`take ${Buffer.from(bytes).toString()}`);
  assert.deepEqual(order, ['push a', 'take a', 'push b', 'take b', 'push c', 'take c']);
});

test('passes the failure of the source on, after what came before it', async () => {
  const taken: string[] = [];
  const push = async (sink: ContentSink): Promise<void> => {
    await (await sink.open(part)).write(Buffer.from('a'));
    throw new Error('cut');
  };
  await assert.rejects(
    (async () => {
      for await (const bytes of pullContent(push)) taken.push(Buffer.from(bytes).toString());
    })(),
    /cut/,
  );
  assert.deepEqual(taken, ['a']);
});

test('cuts the source off when the reader stops early', async () => {
  let end: unknown;
  const push = async (sink: ContentSink, signal: AbortSignal): Promise<void> => {
    const writer = await sink.open(part);
    try {
      for (;;) await writer.write(Buffer.from('a'));
    } catch (error) {
      end = error;
      assert.ok(signal.aborted);
    }
  };
  for await (const _ of pullContent(push)) break;
  await new Promise((resolve) => setImmediate(resolve));
  assert.match(String(end), /Cancelled/);
});

test('an empty content ends at once', async () => {
  for await (const _ of pullContent(() => Promise.resolve())) assert.fail('nothing was pushed');
});
