// As in an editor in German: what is read out of modules that are loaded after the translations.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as l10n from '@vscode/l10n';
import { statusFacts } from './statusFacts.ts';

const bundle = new URL('../../../extension/vscode/l10n/bundle.l10n.de.json', import.meta.url);
l10n.config({ contents: readFileSync(bundle, 'utf8') });
const { statusBarText } = await import('../../../extension/vscode/status/statusText.ts');
const { statusMenu } = await import('../../../extension/vscode/status/statusMenu.ts');
const { SynclineError } = await import('../../../server/protocol/errors.ts');
const { failureText } = await import('../../../extension/vscode/messages/failureText.ts');
const { countText } = await import('../../../extension/vscode/files/sizeText.ts');

test('the status bar, its menu and messages are in the language of the editor', () => {
  const target = { name: 'app', label: 'ws://host:4848/app', mode: 'two-way', isProduction: true };
  const { text, spoken } = statusBarText([{ ...target, status: { kind: 'conflicts', count: 2 } }], []);
  assert.equal(text, '$(git-merge) host:4848/app · PRODUKTION: 2 Konflikte');
  assert.equal(spoken, 'Syncline, host:4848/app · PRODUKTION, 2 Konflikte');
  assert.deepEqual([countText(1, 'file'), countText(2, 'entry', 'entries')], ['1 Datei', '2 Einträge']);
  assert.match(failureText(l10n.t('set the token'), new Error('x')), /^Nicht gelungen: den Token setzen\. Im Inneren/);
  assert.match(failureText('', new SynclineError('ConnectionLost')), /Die Verbindung ging verloren\.$/);
  assert.match(failureText('', new SynclineError('Usage', 'No “x”.')), /No “x”\.$/, 'made for the occasion');
  assert.deepEqual(
    statusMenu(statusFacts({ isTrusted: false })).map((entry) => entry?.label),
    ['Vertrauen in den Arbeitsbereich verwalten', 'Protokoll anzeigen'],
  );
});
