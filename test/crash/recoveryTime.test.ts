import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ServerClient, UploadContent } from '../../extension/connect/serverClient.ts';
import { commit, type Operation } from '../../server/protocol/messages/files.ts';
import { parseWirePath } from '../../server/protocol/wirePath.ts';
import { fileEntry } from '../support/shareUser.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { CrashSite } from './crashSite.ts';
import { lookInto } from './examine.ts';
import { HALF_DONE } from './serverSteps.ts';
import { median } from './median.ts';

const FILES = 10_000;
/** In a commit that is cut off. */
const CHANGED = 1_000;
const STARTS = 2;
const LIMIT_MS = 1_000;

const pathOf = (file: number): string => `d${file % 100}/s${file % 7}/f${file}`;
const textOf = (file: number, round: number): string => `file ${file} of round ${round}\n`.repeat(20 + (file % 300));

/** Replaces every tenth file in one commit. */
async function replaceMany(client: ServerClient, round: number): Promise<void> {
  const contents: UploadContent[] = [];
  const operations: Operation[] = [];
  for (let file = 0; file < FILES; file += FILES / CHANGED) {
    const entry = fileEntry(textOf(file, round));
    const open = async function* (from: number): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.from(textOf(file, round)).subarray(from));
    };
    contents.push({ content: entry.content, size: entry.size, open });
    operations.push({
      kind: 'put',
      path: parseWirePath(pathOf(file)),
      entry,
      expect: fileEntry(textOf(file, round - 1)),
    });
  }
  await client.upload('files', contents);
  await client.request(commit, { share: 'files', id: randomUUID(), operations });
}

test('a server with 10,000 files that was killed in the middle of a commit of 1,000 is back within a second', async (t) => {
  const empty: number[] = [];
  const bare = await CrashSite.open(t, temporaryFolder(t));
  for (let start = 0; start < STARTS; start++) {
    await bare.server.running.stop('SIGKILL');
    empty.push(await bare.untilHealthy());
  }
  const home = temporaryFolder(t);
  for (let file = 0; file < FILES; file++) {
    if (file < 700) mkdirSync(join(home, 'server', pathOf(file), '..'), { recursive: true });
    writeFileSync(join(home, 'server', pathOf(file)), textOf(file, 0));
  }
  const site = await CrashSite.open(t, home);
  const times: number[] = [];
  for (let start = 1; start <= STARTS; start++) {
    await site.dieAt(HALF_DONE, (client) => replaceMany(client, start));
    times.push(await site.untilHealthy());
  }
  const found = lookInto(site.directory);
  for (let file = 0; file < FILES; file++)
    assert.equal(found.get(pathOf(file)), fileEntry(textOf(file, file % 10 === 0 ? STARTS : 0)).content);
  const told = times.map((ms) => `${Math.round(ms)} ms`).join(', ');
  t.diagnostic(`from the start of the process to /healthz: ${told}; without files ${Math.round(median(empty))} ms`);
  // a machine that is busy with other things takes longer for everything
  const limit = Math.max(LIMIT_MS, 4 * median(empty));
  assert(median(times) < limit, `${told}; the limit is ${Math.round(limit)} ms`);
});
