// A process that commits for ever and says so: `begin N`, then `done N` once commit N was answered. It is there to be killed.
import { contentIdOf } from '../../server/protocol/contentId.ts';
import type { Entry, FileEntry } from '../../server/protocol/entry.ts';
import type { Operation } from '../../server/protocol/messages/files.ts';
import { parseWirePath } from '../../server/protocol/wirePath.ts';
import { EmbeddedShare } from '../../server/store/embedded/embeddedShare.ts';

const FILES = 40;

const [directory = '', first = '1'] = process.argv.slice(2);
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const share = await EmbeddedShare.open({ name: 'killed', directory, log: silent });

/** What file `f` holds by round `round`; the text says so itself. */
function textOf(f: number, round: number): Buffer {
  return Buffer.from(`file ${f} of round ${round}\n`.repeat(20 + f * 40));
}

for (let round = Number(first); ; round++) {
  const operations: Operation[] = [];
  const sink = share.contents.sink();
  for (let f = 0; f < FILES; f++) {
    const bytes = textOf(f, round);
    const path = parseWirePath(`d${f % 5}/file${f}`);
    const content = contentIdOf(bytes);
    const writer = await sink.open({ content, size: bytes.length, from: 0 });
    await writer.write(bytes);
    await writer.finish();
    const entry: FileEntry = { kind: 'file', content, size: bytes.length, executable: false };
    const expect: Entry | null = (await share.stat(path))?.entry ?? null;
    operations.push({ kind: 'put', path, entry, expect });
  }
  operations.push(
    {
      kind: 'rename',
      from: parseWirePath('d0'),
      to: parseWirePath('moved'),
      expect: { kind: 'directory' },
      expectTo: null,
    },
    {
      kind: 'rename',
      from: parseWirePath('moved'),
      to: parseWirePath('d0'),
      expect: { kind: 'directory' },
      expectTo: null,
    },
  );
  process.stdout.write(`begin ${round}\n`);
  const { results } = await share.commit({ id: `round-number-${round}`, operations, by: 'killed' });
  const failed = results.find(({ status }) => status !== 'done');
  process.stdout.write(failed ? `failed ${JSON.stringify(failed)}\n` : `done ${round}\n`);
}
