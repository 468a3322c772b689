import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';
import { LocalEndpoint } from '../../../extension/sync/local/localEndpoint.ts';
import { SafetyCopies } from '../../../extension/sync/local/safetyCopies.ts';
import { StatCache } from '../../../extension/sync/local/statCache.ts';
import { EMPTY_TREE } from '../../../extension/sync/tree/tree.ts';
import { MemoryEndpoint } from '../../support/memoryEndpoint.ts';
import { plantTree } from '../../support/plantTree.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { file, treeOf } from '../../support/treeNotation.ts';
import { watchDisk } from '../../support/watchDisk.ts';

const SAFETY = 'state/safety/2026-11-22T14-03-00.000Z/d';

test('what is fetched is on the disk before it is put in place, what is replaced before its absence is, and then the folders', async (t) => {
  const folder = temporaryFolder(t);
  plantTree(join(folder, 'root'), treeOf('d/edit=old d/gone=deleted'));
  const endpoint = new LocalEndpoint({
    root: join(folder, 'root'),
    stateDirectory: join(folder, 'state'),
    cache: new StatCache(),
    safety: new SafetyCopies(join(folder, 'state/safety'), () => Date.UTC(2026, 10, 22, 14, 3)),
    log: () => {},
  });
  await endpoint.scan({ look: 'everything', base: EMPTY_TREE });
  const server = new MemoryEndpoint(treeOf('d/edit=new'));
  const steps = watchDisk(t, folder);
  const outcomes: string[] = [];
  await endpoint.apply(
    [
      { kind: 'put', path: parseWirePath('d/edit'), entry: file('new'), expect: file('old') },
      { kind: 'delete', path: parseWirePath('d/gone'), expect: file('deleted') },
    ],
    server.read(),
    { onOutcome: (_, { kind }) => void outcomes.push(`${kind} after ${steps.length} steps`) },
  );
  const at = (step: string): number => {
    const index = steps.indexOf(step);
    assert(index >= 0, `${step} is not among\n${steps.join('\n')}`);
    return index;
  };
  const staged = `state/fetching/${file('new').content}`;
  const replaced = at(`rename ${staged} root/d/edit`);
  const removed = at(`rename root/d/gone ${SAFETY}/gone`);
  assert(at(`sync ${staged}`) < replaced);
  assert(at(`link root/d/edit ${SAFETY}/edit`) < replaced);
  assert(at(`sync ${SAFETY}`) > removed);
  assert(at('sync root/d') > at(`sync ${SAFETY}`));
  assert.deepEqual(outcomes, [`done after ${steps.length} steps`, `done after ${steps.length} steps`]);
});

test('of a content that goes to several places every file is on the disk before it is put in place', async (t) => {
  const folder = temporaryFolder(t);
  plantTree(join(folder, 'root'), treeOf('d/old=1'));
  const endpoint = new LocalEndpoint({
    root: join(folder, 'root'),
    stateDirectory: join(folder, 'state'),
    cache: new StatCache(),
    safety: new SafetyCopies(join(folder, 'state/safety'), () => 0),
    log: () => {},
  });
  await endpoint.scan({ look: 'everything', base: EMPTY_TREE });
  const steps = watchDisk(t, folder);
  const paths = ['a', 'b', 'd/c'].map(parseWirePath);
  await endpoint.apply(
    paths.map((path) => ({ kind: 'put' as const, path, entry: file('same'), expect: null })),
    new MemoryEndpoint(treeOf('a=same')).read(),
    { onOutcome: () => {} },
  );
  for (const path of paths) {
    const placed = steps.findIndex((step) => step.startsWith('link ') && step.endsWith(` root/${path}`));
    assert(placed >= 0, steps.join('\n'));
    const [, staged] = (steps[placed] as string).split(' ');
    const synced = steps.indexOf(`sync ${staged}`);
    assert(synced >= 0 && synced < placed, `${path}: ${steps.join('\n')}`);
  }
});

test('what could not be synced of the safety copies is tried again by the next look, without anything to do', async (t) => {
  const folder = temporaryFolder(t);
  plantTree(join(folder, 'root'), treeOf('gone=deleted'));
  let fails = true;
  class Failing extends SafetyCopies {
    override async sync(): Promise<void> {
      if (fails) throw Object.assign(new Error('too many'), { code: 'EMFILE' });
      await super.sync();
    }
  }
  const safety = new Failing(join(folder, 'state/safety'), () => Date.UTC(2026, 10, 22, 14, 3));
  const logged: string[] = [];
  const endpoint = new LocalEndpoint({
    root: join(folder, 'root'),
    stateDirectory: join(folder, 'state'),
    cache: new StatCache(),
    safety,
    log: (event) => void logged.push(event),
  });
  const look = () => endpoint.scan({ look: 'nothing', base: EMPTY_TREE });
  await endpoint.scan({ look: 'everything', base: EMPTY_TREE });
  const remove = [{ kind: 'delete' as const, path: parseWirePath('gone'), expect: file('deleted') }];
  await assert.rejects(endpoint.apply(remove, new MemoryEndpoint(EMPTY_TREE).read(), { onOutcome() {} }));
  await look();
  assert.deepEqual([safety.isUnsynced, logged], [true, ['safetyNotSynced']]);
  fails = false;
  const steps = watchDisk(t, folder);
  await look();
  assert.equal(safety.isUnsynced, false);
  assert.ok(steps.includes('sync state/safety'), steps.join('\n'));
});
