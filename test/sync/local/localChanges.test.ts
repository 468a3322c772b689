import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { LocalChanges, Stale, withExecutable } from '../../../extension/sync/local/localChanges.ts';
import { LocalStaging } from '../../../extension/sync/local/localStaging.ts';
import { lookAt } from '../../../extension/sync/local/localState.ts';
import { SafetyCopies } from '../../../extension/sync/local/safetyCopies.ts';
import { Jail } from '../../../server/protocol/disk/jail.ts';
import type { WalkedChild } from '../../../server/protocol/disk/walkDirectory.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { file } from '../../support/treeNotation.ts';

const path = parseWirePath('d/a');

/** A folder with a file that was looked at, and then replaced by another program before anything was done. */
function raced(t: TestContext): { changes: LocalChanges; old: WalkedChild; text(): string; staged(): string } {
  const folder = temporaryFolder(t);
  const [root, state] = [join(folder, 'root'), join(folder, 'state')];
  mkdirSync(join(root, 'd'), { recursive: true });
  writeFileSync(join(root, path), 'as it was seen');
  const jail = Jail.open(root);
  t.after(() => jail.close());
  const staging = LocalStaging.open(root, state);
  const changes = new LocalChanges(jail, staging, new SafetyCopies(join(state, 'safety'), () => 0));
  const old = lookAt(jail, path) as WalkedChild;
  writeFileSync(join(root, 'd/other'), 'of another program');
  renameSync(join(root, 'd/other'), join(root, path));
  return {
    changes,
    old,
    text: () => readFileSync(join(root, path), 'utf8'),
    staged: () => {
      writeFileSync(join(state, 'fetching/new'), 'new');
      return join(state, 'fetching/new');
    },
  };
}

test('a file replaced by another program at the last moment is not overwritten', (t) => {
  const { changes, old, text, staged } = raced(t);
  assert.throws(() => changes.placeFile(path, staged(), file('new'), old), Stale);
  assert.equal(text(), 'of another program');
});

test('a file replaced by another program at the last moment is not deleted', (t) => {
  const { changes, old, text } = raced(t);
  assert.throws(() => changes.remove(path, old), Stale);
  assert.equal(text(), 'of another program');
});

test('a file replaced by another program at the last moment is not moved', (t) => {
  const { changes, old, text } = raced(t);
  assert.throws(() => changes.move(path, parseWirePath('d/b'), old), Stale);
  assert.equal(text(), 'of another program');
});

test('a file that appeared at the last moment is not overwritten', (t) => {
  const { changes, text, staged } = raced(t);
  assert.throws(() => changes.placeFile(path, staged(), file('new'), null), Stale);
  assert.equal(text(), 'of another program');
});

test('whoever may read may execute, and set-uid bits do not stay', () => {
  assert.equal(withExecutable(0o100644, true), 0o755);
  assert.equal(withExecutable(0o100600, true), 0o700);
  assert.equal(withExecutable(0o104755, false), 0o644);
  assert.equal(withExecutable(0o102755, true), 0o755);
});
