import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sayHello } from '../../extension/connect/connect.ts';
import { loggedLink } from '../../extension/connect/loggedLink.ts';
import { contentIdOf } from '../../server/protocol/contentId.ts';
import * as session from '../../server/protocol/messages/session.ts';
import { receiveTransfer } from '../../server/protocol/transfer/receiveTransfer.ts';
import { MemorySink } from '../support/memorySink.ts';
import { memoryLinks } from '../support/memoryLink.ts';
import { ServerDouble, TOKEN } from '../support/serverDouble.ts';

test('the wire log has a line for each message and each transfer, and never the token', async () => {
  const server: ServerDouble = new ServerDouble(() => ({
    contentUpload: ({ transfer, contents }) =>
      receiveTransfer(server.peer, { transfer, parts: contents, sink: new MemorySink() }),
  }));
  const lines: Record<string, unknown>[] = [];
  const client = await sayHello(
    server.clientLink,
    { token: TOKEN, clientName: 'test', clientVersion: '1' },
    { wireLog: (line) => lines.push({ ...line }) },
  );
  await client.request(session.probe, {});
  const bytes = Buffer.alloc(700_000, 7);
  const content = contentIdOf(bytes);
  await client.upload('files', [
    {
      content,
      size: bytes.length,
      hint: 'a.zip',
      async *open() {
        yield bytes;
      },
    },
  ]);
  client.close();
  const summary = lines.map((line) => {
    const { way, method, transfer, id, bytes: size, params } = line as Record<string, string | undefined>;
    if (transfer !== undefined) return `${way} transfer ${transfer}: ${size} bytes`;
    if (method === 'content/credit') return null;
    const named = method === 'content/upload' ? ` ${JSON.stringify(params).includes(content)}` : '';
    return `${way} ${method ?? `answer ${id}`}${named}`;
  });
  assert.deepEqual(
    summary.filter((line) => line !== null),
    [
      'sent session/hello',
      'received answer 0',
      'sent session/probe',
      'received answer 1',
      'sent content/upload true',
      'sent transfer 1: 700000 bytes',
      'received answer 2',
    ],
  );
  assert.ok(!JSON.stringify(lines).includes(TOKEN));
});

test('logs what is no message and no frame as malformed, and passes it on', () => {
  const [near, far] = memoryLinks();
  const lines: object[] = [];
  const link = loggedLink(near, (line) => lines.push(line));
  link.sendText('no json');
  link.sendBinary(new Uint8Array(3));
  assert.deepEqual(lines, [
    { way: 'sent', bytes: 7, malformed: true },
    { way: 'sent', malformed: true, bytes: 3 },
  ]);
  assert.equal(near.sent.length, 2);
  far.cut();
});
