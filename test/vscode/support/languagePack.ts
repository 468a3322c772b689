import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Leaves in the folder of a user's data what VS Code leaves there when a language pack is installed: from then on a browser that asks
 * for the language gets it. The pack has no text of VS Code itself, so it is extensions alone that speak the language; which
 * texts they have is up to them.
 */
export function addLanguagePack(language: string, userData: string): void {
  const texts = join(userData, 'languagePack', 'main.i18n.json');
  mkdirSync(join(texts, '..'), { recursive: true });
  writeFileSync(texts, JSON.stringify({ version: '1.0.0', contents: {} }));
  const extension = { extensionIdentifier: { id: `syncline.language-${language}` }, version: '1.0.0' };
  const pack = { hash: language, label: language, extensions: [extension], translations: { vscode: texts } };
  writeFileSync(join(userData, 'languagepacks.json'), JSON.stringify({ [language]: pack }));
  // without this file VS Code is in English for everybody, whatever their browser asks for
  mkdirSync(join(userData, 'User'), { recursive: true });
  writeFileSync(join(userData, 'User', 'argv.json'), '{}');
}
