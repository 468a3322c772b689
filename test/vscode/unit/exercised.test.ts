// Every command, view, menu item and setting of the manifest comes past in a suite that runs in a real VS Code. What is found
// here is only that it does; what it does there is for the suites to prove.
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
  readonly configuration: { readonly properties: Readonly<Record<string, object>> };
}

/** As a person sees it: with texts in the place of their keys. */
const manifest = JSON.parse(read('package.json'), (_, value: unknown) =>
  typeof value === 'string' ? value.replace(/^%(.+)%$/, (whole, key: string) => english[key] ?? whole) : value,
) as { readonly contributes: Contributions };
const { commands, views, menus, configuration } = manifest.contributes;

const suites = globSync('test/vscode/{*.test.ts,suites/*.ts}', { cwd: root })
  .map((path) => read(path))
  .join('\n');
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

test('every setting is set', () => {
  const isSet = (key: string): boolean =>
    suites.includes(`'${key}'`) || new RegExp(`(update|inspect)\\('${key.split('.').at(-1)}'`).test(suites);
  assert.deepEqual(
    Object.keys(configuration.properties).filter((key) => !isSet(key)),
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
