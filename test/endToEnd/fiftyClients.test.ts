import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { connect } from '../../extension/connect/connect.ts';
import { RemoteFiles } from '../../extension/connect/remoteFiles.ts';
import type { ServerClient } from '../../extension/connect/serverClient.ts';
import { type ContentId, contentIdOf } from '../../server/protocol/contentId.ts';
import type { FileEntry } from '../../server/protocol/entry.ts';
import { SynclineError } from '../../server/protocol/errors.ts';
import * as compute from '../../server/protocol/messages/compute.ts';
import { parseWirePath, type WirePath } from '../../server/protocol/wirePath.ts';
import { MemorySink } from '../support/memorySink.ts';
import { ServerProcess } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const CLIENTS = 50;
const ROUNDS = 6;
/** Each is written into by ten clients. */
const BOOKS = [0, 1, 2, 3, 4].map((at) => parseWirePath(`book ${at}.txt`));

test('fifty clients at once, mixed operations: no error, no lost update', async (t) => {
  const server = await ServerProcess.start(t, temporaryFolder(t));
  const memoryBefore = residentMegabytes(server);
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, (_, at) =>
      connect({ url: server.url, token: server.token, clientName: `client ${at}`, clientVersion: '1' }),
    ),
  );
  t.after(() => clients.forEach((client) => client.close()));
  const begun = performance.now();
  await Promise.all(clients.map((client, at) => work(client, at)));
  const seconds = (performance.now() - begun) / 1000;
  const signed = BOOKS.flatMap((book) => readFileSync(join(server.folder, book), 'utf8').split('\n').slice(0, -1));
  assert.equal(new Set(signed).size, CLIENTS * ROUNDS, 'every signature is in a book');
  const own = readdirSync(join(server.folder, 'own'));
  assert.equal(own.length, CLIENTS);
  for (const name of own)
    assert.equal(readFileSync(join(server.folder, 'own', name), 'utf8'), `${name} round ${ROUNDS - 1}\n`);
  tell(t, server, memoryBefore, `${CLIENTS} clients × ${ROUNDS} rounds in ${seconds.toFixed(1)} s`);
});

test('fifty commands at once', async (t) => {
  const home = temporaryFolder(t);
  const server = await ServerProcess.start(t, home);
  const memoryBefore = residentMegabytes(server);
  for (let at = 0; at < CLIENTS; at++) writeFileSync(join(home, `f${at}`), `file ${at}\n`);
  const ended = await Promise.all(
    Array.from({ length: CLIENTS }, (_, at) =>
      at % 5 === 4 ? server.cli(['add', String(at), '1']) : server.cli(['put', `f${at}`, `all/f${at}`]),
    ),
  );
  for (const { status, stderr } of ended) assert.equal(status, 0, stderr);
  assert.equal(readdirSync(join(server.folder, 'all')).length, 40);
  tell(t, server, memoryBefore, `${CLIENTS} commands`);
});

/** What each client does: its own file over and over, a look around, a sum, and a line in a book that others write into too. */
async function work(client: ServerClient, at: number): Promise<void> {
  const files = new RemoteFiles(client, { share: 'files' });
  for (let round = 0; round < ROUNDS; round++) {
    const name = `${at}.txt`;
    const draft = parseWirePath(`draft/${name}`);
    const path = parseWirePath(`own/${name}`);
    await put(files, draft, `${name} round ${round}\n`);
    const [moved, there] = await Promise.all([files.stat(draft), files.find(path)]);
    await files.rename(draft, path, moved.entry, there?.entry ?? null);
    for await (const page of files.list(parseWirePath('own'))) assert.ok(page.length > 0);
    const { result } = await client.request(compute.add, { values: [at, round] });
    assert.equal(result, at + round);
    await sign(files, BOOKS[at % BOOKS.length] as WirePath, `client ${at} round ${round}\n`);
  }
}

/** Reads, adds a line, and puts on the condition that nobody else did meanwhile. */
async function sign(files: RemoteFiles, book: WirePath, line: string): Promise<void> {
  for (;;) {
    const found = await files.find(book);
    try {
      const text = found?.entry.kind === 'file' ? await read(files, found.entry) : '';
      await put(files, book, text + line, found?.entry ?? null);
      return;
    } catch (error) {
      if (!(error instanceof SynclineError && error.code === 'Changed')) throw error;
    }
  }
}

async function put(
  files: RemoteFiles,
  path: WirePath,
  text: string,
  expect?: FileEntry | null | object,
): Promise<void> {
  const bytes = Buffer.from(text);
  const content = contentIdOf(bytes);
  const entry: FileEntry = { kind: 'file', content, size: bytes.length, executable: false };
  const there = expect === undefined ? ((await files.find(path))?.entry ?? null) : (expect as FileEntry | null);
  await files.put(
    path,
    entry,
    {
      content,
      size: bytes.length,
      async *open() {
        yield bytes;
      },
    },
    there,
  );
}

async function read(files: RemoteFiles, { content, size }: { content: ContentId; size: number }): Promise<string> {
  const sink = new MemorySink();
  await files.download([{ content, size, from: 0 }], sink);
  return sink.contents.get(content)?.toString() ?? '';
}

function tell(t: TestContext, server: ServerProcess, before: number, what: string): void {
  const after = residentMegabytes(server);
  t.diagnostic(
    `${what}; memory of the server: ${before} MB before, ${after} MB after, ${peakMegabytes(server)} MB at most`,
  );
  assert.ok(after < 600, `the server holds ${after} MB`);
}

const residentMegabytes = (server: ServerProcess): number => statusOf(server, 'VmRSS');
const peakMegabytes = (server: ServerProcess): number => statusOf(server, 'VmHWM');

function statusOf(server: ServerProcess, field: string): number {
  const status = readFileSync(`/proc/${server.running.child.pid}/status`, 'utf8');
  return Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1000);
}
