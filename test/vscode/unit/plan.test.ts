import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShownPlan } from '../../../extension/vscode/plan/shownPlan.ts';
import { groupText, stepLine } from '../../../extension/vscode/plan/stepText.ts';
import type { AppliedOperation } from '../../../extension/sync/plan.ts';
import { stepKey } from '../../../extension/sync/planDifference.ts';
import { contentIdOf } from '../../../server/protocol/contentId.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';

const file = (text: string) =>
  ({ kind: 'file', content: contentIdOf(Buffer.from(text)), size: text.length, executable: false }) as const;
const put = (path: string, text: string, before?: string): Operation => ({
  kind: 'put',
  path: parseWirePath(path),
  entry: file(text),
  expect: before === undefined ? null : file(before),
});

const shown = new ShownPlan({
  toLocal: [{ kind: 'delete', path: parseWirePath('old'), expect: { kind: 'directory' }, recursive: true }],
  toRemote: [put('src/a.ts', 'abc'), put('b', 'de', 'd')],
  conflicts: [],
  problems: [],
  brake: null,
  isFirst: false,
});

test('each step says what happens to its file', () => {
  const lines = shown.steps.map(stepLine).map(({ label, description }) => `${label}: ${description}`);
  assert.deepEqual(lines, ['old: folder deleted', 'a.ts: new, 3 B · src', 'b: changed, 2 B']);
});

test('everything is chosen at first, and what is left out is not carried out', () => {
  const up = shown.of('remote');
  assert.equal(shown.chosen, 3);
  assert.equal(groupText(up, up), '2 steps · 5 B');
  shown.choose(up.slice(0, 1), false);
  assert.deepEqual([shown.chosen, [...shown.leftOut]], [2, [stepKey(up[0] as AppliedOperation)]]);
  assert.equal(
    groupText(
      up,
      up.filter((step) => shown.isChosen(step)),
    ),
    '1 of 2 · 2 B',
  );
  shown.choose(up, true);
  assert.deepEqual([shown.chosen, shown.leftOut.size], [3, 0]);
});
