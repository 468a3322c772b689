import type { ContentSource } from '../endpoint.ts';

/** Gives out one content from memory, whatever it is asked for; receivers verify what they get. */
export function bytesSource(bytes: Uint8Array): ContentSource {
  return {
    async *open(_, from) {
      yield bytes.subarray(from);
    },
    async send(wanted, sink) {
      for (const { content, size, from = 0 } of wanted) {
        const writer = await sink.open({ content, size, from });
        await writer.write(bytes.subarray(from));
        await writer.finish();
      }
      return [];
    },
    close() {},
  };
}
