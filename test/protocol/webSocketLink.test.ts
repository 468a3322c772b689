import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { MAX_MESSAGE_BYTES } from '../../server/protocol/limits.ts';
import { errorOfClose } from '../../server/protocol/link/closeReason.ts';
import { WebSocketLink } from '../../server/protocol/link/webSocketLink.ts';
import { RecordingReceiver } from '../support/recordingReceiver.ts';
import { webSocketLinks, webSockets } from '../support/webSocketLinks.ts';

describe('a link over a WebSocket', () => {
  test('takes a message of the longest size', async (t) => {
    const [near, far] = await webSocketLinks(t);
    const receiver = new RecordingReceiver();
    far.listen(receiver);
    near.sendText('x'.repeat(MAX_MESSAGE_BYTES));
    assert.equal((await receiver.frames(1))[0]?.length, MAX_MESSAGE_BYTES);
  });

  for (const side of ['near', 'far'] as const) {
    test(`ends with TooLarge on both sides when a longer one reaches the ${side} one`, async (t) => {
      const { near, far } = await webSockets(t);
      const [receiving, sending] = side === 'near' ? [near, far] : [far, near];
      const [atReceiving, atSending] = [new RecordingReceiver(), new RecordingReceiver()];
      new WebSocketLink(receiving).listen(atReceiving);
      new WebSocketLink(sending).listen(atSending);
      sending.send('x'.repeat(MAX_MESSAGE_BYTES + 1));
      assert.equal(errorOfClose(await atReceiving.end)?.code, 'TooLarge');
      assert.equal(errorOfClose(await atSending.end)?.code, 'TooLarge');
      assert.deepEqual(atReceiving.received, []);
    });
  }

  test('ends when a text is no UTF-8', async (t) => {
    const { near, far } = await webSockets(t);
    const receiver = new RecordingReceiver();
    new WebSocketLink(far).listen(receiver);
    near.send(Buffer.from([0xff, 0xfe]), { binary: false });
    assert.equal(errorOfClose(await receiver.end)?.code, 'ParseError');
  });

  test('is lost when the other side vanishes', async (t) => {
    const { near, far } = await webSockets(t);
    const receiver = new RecordingReceiver();
    new WebSocketLink(far).listen(receiver);
    near.terminate();
    assert.equal(errorOfClose(await receiver.end)?.code, 'ConnectionLost');
  });

  test('over a socket that is closed already has ended', async (t) => {
    const { near } = await webSockets(t);
    near.terminate();
    await once(near, 'close');
    const receiver = new RecordingReceiver();
    new WebSocketLink(near).listen(receiver);
    assert.equal(errorOfClose(await receiver.end)?.code, 'ConnectionLost');
  });

  test('is not held open by a peer that does not agree to the end', async (t) => {
    const { near, far } = await webSockets(t);
    const receiver = new RecordingReceiver();
    // a peer that reads nothing never answers the close frame
    near.pause();
    const link = new WebSocketLink(far);
    link.listen(receiver);
    t.mock.timers.enable({ apis: ['setTimeout'] });
    link.close({ code: 1000, reason: '' });
    t.mock.timers.tick(2_000);
    await receiver.end;
  });

  test('is not held open by a peer that breaks the rules and stays', async (t) => {
    const { near, far } = await webSockets(t);
    const receiver = new RecordingReceiver();
    new WebSocketLink(far).listen(receiver);
    t.mock.timers.enable({ apis: ['setTimeout'] });
    near.send('x'.repeat(MAX_MESSAGE_BYTES + 1));
    near.pause();
    assert.equal(errorOfClose(await receiver.end)?.code, 'TooLarge');
    const closed = once(far, 'close');
    t.mock.timers.tick(2_000);
    await closed;
  });

  test('is not compressed, and carries bytes unchanged under a mask of zeros', async (t) => {
    const { near, far } = await webSockets(t);
    assert.equal(near.extensions, '');
    assert.equal(far.extensions, '');
    const frame = Buffer.from('left as it is');
    const [link, receiver] = [new WebSocketLink(near), new RecordingReceiver()];
    new WebSocketLink(far).listen(receiver);
    link.sendBinary(frame);
    assert.deepEqual(await receiver.frames(1), [frame]);
    assert.equal(frame.toString(), 'left as it is');
  });

  test('carries bytes unchanged under a real mask, without touching what is sent', async (t) => {
    const { near, far } = await webSockets(t, false);
    const frame = Buffer.alloc(100_000, 'left as it is');
    const [link, receiver] = [new WebSocketLink(near), new RecordingReceiver()];
    new WebSocketLink(far).listen(receiver);
    link.sendBinary(frame);
    const [received] = await receiver.frames(1);
    assert.ok(frame.equals(received as Buffer));
    assert.ok(frame.equals(Buffer.alloc(100_000, 'left as it is')));
  });
});
