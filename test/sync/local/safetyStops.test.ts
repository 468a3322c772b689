import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { LocalEndpoint } from '../../../extension/sync/local/localEndpoint.ts';
import { SafetyCopies } from '../../../extension/sync/local/safetyCopies.ts';
import { StatCache } from '../../../extension/sync/local/statCache.ts';
import { EMPTY_TREE } from '../../../extension/sync/tree/tree.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';
import { fillUp } from '../../support/fullFolder.ts';
import { MemoryEndpoint } from '../../support/memoryEndpoint.ts';
import { plantTree } from '../../support/plantTree.ts';
import { entryOf } from '../../support/shareUser.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { harvest } from '../../support/tree.ts';
import { treeOf } from '../../support/treeNotation.ts';

const remove = (path: string, notation: string | null): Operation => ({
  kind: 'delete',
  path: parseWirePath(path),
  expect: entryOf(notation),
});

const TAKEN_AWAY: [string, Operation[]][] = [
  [
    'a file that is replaced',
    [
      {
        kind: 'put',
        path: parseWirePath('a'),
        entry: entryOf('new') as Extract<Operation, { kind: 'put' }>['entry'],
        expect: entryOf('1'),
      },
    ],
  ],
  [
    'a file that is replaced by a link',
    [{ kind: 'put', path: parseWirePath('a'), entry: { kind: 'link', target: 'd' }, expect: entryOf('1') }],
  ],
  ['a file that is deleted', [remove('a', '1')]],
  ['a link that is deleted', [remove('l', '-> a')]],
  [
    'a whole folder that is deleted',
    [remove('d/e/f', '3'), remove('d/e', null), remove('d/b', '2'), remove('d', null)],
  ],
  ['an empty folder that is deleted', [remove('empty', null)]],
];

for (const [what, operations] of TAKEN_AWAY)
  test(`${what} stays when there is no room for its safety copy`, async (t) => {
    const folder = temporaryFolder(t);
    const [root, state] = [join(folder, 'root'), join(folder, 'state')];
    plantTree(root, treeOf('a=1 d/b=2 d/e/f=3 l->a empty/'));
    const before = harvest(root);
    const endpoint = new LocalEndpoint({
      root,
      stateDirectory: state,
      cache: new StatCache(),
      safety: new SafetyCopies(join(state, 'safety'), Date.now),
      log: () => {},
    });
    await endpoint.scan({ look: 'everything', base: EMPTY_TREE });
    fillUp(t, join(state, 'safety'));
    const done: Operation[] = [];
    const applied = endpoint.apply(operations, new MemoryEndpoint(treeOf('a=new')).read(), {
      onOutcome: (operation, { kind }) => void (kind === 'done' && done.push(operation)),
    });
    await assert.rejects(applied, { code: 'DiskFull' });
    assert.deepEqual([done, harvest(root)], [[], before]);
  });
