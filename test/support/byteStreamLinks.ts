import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { ByteStreamLink } from '../../server/protocol/link/byteStreamLink.ts';

/** Both ends of a real byte stream, taken down after the test. */
export async function byteStreams(t: TestContext): Promise<{ near: Socket; far: Socket }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [[far]] = await Promise.all([connected, once(near, 'connect')]);
  t.after(async () => {
    near.destroy();
    far.destroy();
    const closed = once(server, 'close');
    server.close();
    await closed;
  });
  return { near, far };
}

export async function byteStreamLinks(t: TestContext): Promise<[ByteStreamLink, ByteStreamLink]> {
  const { near, far } = await byteStreams(t);
  return [new ByteStreamLink(near, near), new ByteStreamLink(far, far)];
}
