import assert from 'node:assert/strict';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { SynclineApi } from '../../../extension/vscode/api.ts';
import { eventually } from '../support/eventually.ts';
import { after, before, suite, test } from '../support/extensionHost/suite.ts';
import { activate, row, run, startServer, treeLines } from './editor.ts';
import { read, write } from './files.ts';
import type { TestServer } from './server.ts';

suite('Server Files', () => {
  let api: SynclineApi;
  let server: TestServer;
  const onDisk = (path: string) => existsSync(join(server.files, path));

  before(async () => {
    api = await activate();
    server = await startServer();
    for (const path of ['zoo/z.txt', 'Docs/a b.md', 'Docs/guide/ü.md', 'file10', 'file2', 'README.md'])
      write(server.files, path, path);
    await api.connect(server.address, server.token);
    await eventually(async () => assert.equal((await treeLines(api)).length, 5));
  });
  after(async () => {
    await run('disconnect');
    await server.remove();
  });

  test('lists folders first, then files, as the Explorer does', async () => {
    assert.deepEqual(await treeLines(api, 'Docs', 'guide'), [
      'Docs/',
      '  guide/',
      '    ü.md',
      '  a b.md',
      'zoo/',
      'file2',
      'file10',
      'README.md',
    ]);
  });

  test('follows what other programs do on the server', async () => {
    write(server.files, 'Docs/new.md', 'new');
    await eventually(async () => assert.ok((await treeLines(api, 'Docs')).includes('  new.md')));
    renameSync(join(server.files, 'Docs'), join(server.files, 'Pages'));
    await eventually(async () =>
      assert.deepEqual((await treeLines(api, 'Pages')).slice(0, 4), ['Pages/', '  guide/', '  a b.md', '  new.md']),
    );
    rmSync(join(server.files, 'Pages/new.md'));
    await eventually(async () => assert.ok(!(await treeLines(api, 'Pages')).includes('  new.md')));
    renameSync(join(server.files, 'Pages'), join(server.files, 'Docs'));
    await eventually(async () => assert.equal((await treeLines(api))[0], 'Docs/'));
  });

  test('makes folders where the person stands', async () => {
    assert.equal(await run('newFolder', await row(api, 'Docs'), 'plans/2030'), 'Docs/plans/2030');
    assert.ok(onDisk('Docs/plans/2030'));
    assert.equal(await run('newFolder', await row(api, 'file2'), 'beside'), 'beside');
    await eventually(async () => assert.ok((await treeLines(api)).includes('beside/')));
  });

  test('renames and moves files and folders', async () => {
    assert.equal(await run('rename', await row(api, 'file2'), 'file3'), 'file3');
    assert.equal(await run('rename', await row(api, 'zoo'), 'Docs/zoo'), 'Docs/zoo');
    assert.ok(onDisk('file3') && !onDisk('file2') && onDisk('Docs/zoo/z.txt') && !onDisk('zoo'));
    await eventually(async () => assert.ok((await treeLines(api, 'Docs')).includes('  zoo/')));
  });

  test('refuses a name that is taken, leaves the folder, or that Windows cannot have', async () => {
    const from = await row(api, 'file10');
    for (const name of ['README.md', '../out', 'CON', 'dot.', 'x'.repeat(300), 'a\u0000b'])
      assert.equal(await run('rename', from, name), undefined, name.slice(0, 20));
    assert.equal(read(server.files, 'file10'), 'file10');
    assert.equal(await run('newFolder', undefined, '../out'), undefined);
    assert.ok(!existsSync(join(server.files, '..', 'out')));
  });

  test('deletes files and folders, which stay in the history', async () => {
    write(server.files, 'bin/deep/x.txt', 'x');
    await eventually(async () => assert.ok((await treeLines(api)).includes('bin/')));
    assert.deepEqual(await run('delete', await row(api, 'bin')), ['bin']);
    assert.ok(!onDisk('bin'));
    await eventually(async () => assert.ok(!(await treeLines(api)).includes('bin/')));
    const restored = await run<{ path: string } | undefined>(
      'restoreVersion',
      'bin/deep/x.txt',
      await latestRevision('bin/deep/x.txt'),
    );
    assert.equal(restored?.path, 'bin/deep/x.txt');
    assert.equal(read(server.files, 'bin/deep/x.txt'), 'x');
  });

  test('restores an earlier content of a file', async () => {
    const uri = vscode.Uri.parse(`syncline://${new URL(server.url).host}/files/README.md`);
    await vscode.workspace.fs.writeFile(uri, Buffer.from('second'));
    assert.equal(read(server.files, 'README.md'), 'second');
    const versions = await run<{ rev: number }[]>('showHistory', 'README.md');
    assert.equal(versions.length, 1);
    await run('restoreVersion', 'README.md', versions[0]?.rev);
    assert.equal(read(server.files, 'README.md'), 'README.md');
  });

  test('shows a large folder page by page', async () => {
    mkdirSync(join(server.files, 'many'));
    for (let at = 0; at < 1100; at++) write(server.files, `many/${String(at).padStart(4, '0')}`, '');
    // the server takes the files in as it finds them; what is there to page through stands still only then
    const folder = vscode.Uri.parse(`syncline://${new URL(server.url).host}/files/many`);
    await eventually(async () => assert.equal((await vscode.workspace.fs.readDirectory(folder)).length, 1100));
    const many = await row(api, 'many');
    const rows = async () => (await api.serverFiles.getChildren(many)) ?? [];
    await eventually(async () => assert.equal((await rows()).length, 501));
    await run('loadMore', (await rows()).at(-1));
    assert.equal((await rows()).length, 1001);
    await run('loadMore', (await rows()).at(-1));
    const all = await rows();
    assert.deepEqual([all.length, all.at(-1)?.kind], [1100, 'entry']);
  });

  async function latestRevision(path: string): Promise<number | undefined> {
    return (await run<{ rev: number }[]>('showHistory', path))[0]?.rev;
  }
});
