import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Verification } from '../../../extension/sync/verification.ts';
import { verificationDocument, verificationSummary } from '../../../extension/vscode/targets/verificationText.ts';
import { contentIdOf } from '../../../server/protocol/contentId.ts';
import type { FileEntry } from '../../../server/protocol/entry.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';

const file = (text: string): FileEntry => ({
  kind: 'file',
  content: contentIdOf(Buffer.from(text)),
  size: text.length,
  executable: false,
});

const SOUND: Verification = {
  local: { checked: 2, drift: [], problems: [] },
  remote: { checked: 1, drift: [], problems: [] },
  plan: { toLocal: [], toRemote: [], conflicts: [], problems: [], brake: null, isFirst: false },
};

test('says in one line that all is well, or what is not', () => {
  assert.equal(
    verificationSummary(SOUND),
    '2 files read here, 1 file on the server: all as it should be, and both sides agree',
  );
  assert.equal(verificationDocument('T', SOUND), `T\n\n${verificationSummary(SOUND)}.\n`);
});

test('tells each file that changed without a trace, and the plan of a repair', () => {
  const path = parseWirePath('d/a');
  const put = { kind: 'put' as const, path, entry: file('evil'), expect: file('good') };
  const damaged: Verification = {
    ...SOUND,
    local: {
      checked: 2,
      drift: [{ path, indexed: file('good'), found: file('evil') }],
      problems: [{ path: 'x', code: 'StorageFailed', message: 'The disk says no.' }],
    },
    plan: { ...SOUND.plan, toRemote: [put] },
  };
  assert.equal(
    verificationSummary(damaged),
    '2 files read here, 1 file on the server: 1 file not as on record, 1 change would bring both sides in line, 1 problem',
  );
  const lines = verificationDocument('T', damaged).split('\n');
  const [good, evil] = [file('good'), file('evil')].map(({ content }) => content.slice(0, 8));
  assert.ok(lines.includes(`  d/a  was 4 B ${good}, is 4 B ${evil}`), lines.join('\n'));
  assert.ok(lines.includes('  x  The disk says no.'));
  assert.ok(lines.some((line) => /^ {2}change +d\/a/.test(line)));
});
