// Every command, view, menu item, setting, key and text of the manifest comes past in a suite that runs in a real VS Code. What is
// found here is only that it does, and for settings where; what it does there is for the suites to prove.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const english = JSON.parse(read('package.nls.json')) as Readonly<Record<string, string>>;

interface Contributions {
  readonly commands: readonly { readonly command: string; readonly title: string }[];
  readonly views: Readonly<Record<string, readonly { readonly id: string; readonly name: string }[]>>;
  readonly menus: Readonly<Record<string, readonly { readonly command?: string; readonly group?: string }[]>>;
  readonly configuration: { readonly properties: Readonly<Record<string, Setting>> };
  readonly keybindings: readonly { readonly key: string }[];
  readonly languageModelTools: readonly { readonly name: string }[];
}

interface Setting {
  readonly enum?: readonly string[];
  /** Of a list. */
  readonly items?: { readonly properties?: Readonly<Record<string, Setting>> };
}

/** As a person sees it: with texts in the place of their keys. */
const manifest = JSON.parse(read('package.json'), (_, value: unknown) =>
  typeof value === 'string' ? value.replace(/^%(.+)%$/, (whole, key: string) => english[key] ?? whole) : value,
) as { readonly contributes: Contributions };
const { commands, views, menus, configuration, keybindings, languageModelTools } = manifest.contributes;

const suites = globSync('test/vscode/{*.test.ts,suites/*.ts}', { cwd: root })
  .map((path) => read(path))
  .join('\n');
/** Every text in single quotes. */
const quoted = new Set([...suites.matchAll(/'([^'\n]+)'/g)].map(([, text = '']) => text));
const menuTest = read('test/vscode/menus.test.ts');

/** Called by its name, or chosen by its title: from the palette, a menu, the title of a view, or as a button. */
function isRun({ command, title }: Contributions['commands'][number]): boolean {
  const called = new RegExp(`\\brun(<[^(]*>)?\\(\\s*'${command.replace('syncline.', '')}'`);
  return called.test(suites) || suites.includes(`'Syncline: ${title}'`) || isChosen(title) || isClicked(command);
}

/** What the item of the status bar does has no title there. */
const isClicked = (command: string): boolean =>
  command === 'syncline.showStatus' && suites.includes('statusBar.click(');

const isChosen = (title: string): boolean =>
  suites
    .split('\n')
    .some(
      (line) => /contextMenu\(|inlineAction\(|viewAction\(|name: '|click\('/.test(line) && line.includes(`'${title}'`),
    );

test('every command is run', () => {
  assert.deepEqual(
    commands.filter((each) => !isRun(each)).map(({ command }) => command),
    [],
  );
});

test('every view is looked at as a person sees it', () => {
  const all = Object.values(views).flat();
  assert.deepEqual(
    all.filter(({ name }) => !suites.includes(`tree('${name}')`)).map(({ id }) => id),
    [],
  );
});

/** Where each setting, and each choice of one, is changed and its effect seen: the title of the test, and how it is set there. */
const EFFECTS: Readonly<Record<string, readonly [title: string, sets: string]>> = {
  'syncline.targets.folder': ['in a workspace of several folders each syncs with its own target', 'folder: name'],
  'syncline.targets.server': [
    'an address that comes with a repository is not used before',
    'server: `${server.address}',
  ],
  'syncline.targets.mode=two-way': ['the first sync of two sides that both hold something', "pick('two-way')"],
  'syncline.targets.mode=push': ['a target with the mode push sends what is here', "mode: 'push'"],
  'syncline.targets.mode=pull': ['a target with the mode pull fetches what the server has', "mode: 'pull'"],
  'syncline.targets.mode=mirror': ['a target with the mode mirror makes the server', "mode: 'mirror'"],
  'syncline.targets.merge': ['a target with merge takes edits of both sides', 'merge: true'],
  'syncline.targets.production': [
    'the mark can be taken away, unless the settings of the workspace',
    'production: true',
  ],
  'syncline.production': ['what the setting “production” names is guarded', "update('production', ["],
  'syncline.autoSync': ['with automatic sync off nothing moves', "update('autoSync', false"],
  'syncline.localServer.directory': ['uses the server that serves the folder already', 'configure(running.files'],
  'syncline.localServer.port': ['listens on the port of the settings', 'configure(second, port)'],
};

/** From its title to that of the next one; empty when there is none of this title. */
function bodyOf(title: string): string {
  const [, after = ''] = suites.split(`test('${title}`);
  return after.split(/\n *test\('/)[0] ?? '';
}

function settingsOf({ properties }: Contributions['configuration']): string[] {
  return Object.entries(properties).flatMap(([key, { items }]) => {
    const parts = Object.entries(items?.properties ?? {});
    if (parts.length === 0) return [key];
    return parts
      .flatMap(([name, part]) => (part.enum ?? []).map((one) => `${name}=${one}`).concat(part.enum ? [] : name))
      .map((part) => `${key}.${part}`);
  });
}

test('every setting is changed, and its effect seen', () => {
  assert.deepEqual(Object.keys(EFFECTS).toSorted(), settingsOf(configuration).toSorted());
  for (const [key, [title, sets]] of Object.entries(EFFECTS))
    assert.ok(bodyOf(title).includes(sets), `${key} is not set in “${title}”`);
});

test('every key is pressed', () => {
  const named = (key: string): string => key.replace(/^\w/, (first) => first.toUpperCase());
  const pressed = (chord: string): string =>
    `press('${chord.split('+').map(named).join('+').replace('Ctrl', 'Control')}')`;
  const chords = new Set(keybindings.flatMap(({ key }) => key.split(' ')));
  assert.deepEqual(
    [...chords].filter((chord) => !suites.includes(pressed(chord))),
    [],
  );
});

test('what an empty view says, and each step of the walkthrough, is read', () => {
  const isRead = (text: string): boolean => [...quoted].some((part) => part.length > 12 && text.includes(part));
  const german = JSON.parse(read('package.nls.de.json')) as typeof english;
  const keys = Object.keys(english).filter((key) => /^welcome\.|^walkthrough\.\w+\.title$/.test(key));
  assert.ok(keys.length > 15);
  assert.deepEqual(
    keys.filter((key) => !isRead(english[key] ?? '') && !isRead(german[key] ?? '')),
    [],
  );
});

test('every tool for language models is called', () => {
  assert.deepEqual(
    languageModelTools.map(({ name }) => name).filter((name) => !suites.includes(`call('${name}'`)),
    [],
  );
});

test('every item of a menu is in a list of what that menu shows', () => {
  const titles = new Map(commands.map(({ command, title }) => [command, title]));
  // the palette is searched by every test of a window; what stands at a row's end is in the row's menu as well
  const shown = Object.entries(menus)
    .filter(([menu]) => menu !== 'commandPalette')
    .flatMap(([, items]) => items.filter(({ group }) => !group?.startsWith('inline')));
  const missing = shown.flatMap(({ command }) => (command === undefined ? [] : [titles.get(command) ?? command]));
  assert.deepEqual(
    [...new Set(missing)].filter((title) => !menuTest.includes(`'${title}'`)),
    [],
  );
});
