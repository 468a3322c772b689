import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { markOf } from '../../../extension/vscode/marks/markText.ts';
import { COMMAND_NAMES, commandId } from '../../../extension/vscode/commands/commandIds.ts';

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command?: string; readonly submenu?: string }[]>>;
    readonly submenus: readonly { readonly id: string }[];
    readonly keybindings: readonly { readonly command: string }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly icon: string }[]>>;
    readonly walkthroughs: readonly {
      readonly icon: string;
      readonly steps: readonly { readonly description: string; readonly media: { readonly svg: string } }[];
    }[];
    readonly colors: readonly { readonly id: string }[];
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly scope: string }>> };
  };
}

const root = new URL('../../../', import.meta.url);
const text = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const english = JSON.parse(text('package.nls.json')) as Readonly<Record<string, string>>;
/** As a person sees it: with texts in the place of their keys. */
const manifest = JSON.parse(text('package.json'), (_, value: unknown) =>
  typeof value === 'string' ? value.replace(/^%(.+)%$/, (whole, key: string) => english[key] ?? whole) : value,
) as Manifest;
const { commands, menus, submenus, keybindings, views, viewsWelcome, configuration, colors, walkthroughs } =
  manifest.contributes;
const ids = COMMAND_NAMES.map(commandId);

test('every command has a handler, and every handler is declared', () => {
  assert.deepEqual(commands.map(({ command }) => command).toSorted(), ids.toSorted());
});

test('all commands stand under “Syncline:” in the palette', () => {
  assert.deepEqual(
    commands.filter(({ category, title }) => category !== 'Syncline' || title === ''),
    [],
  );
});

test('menus, keys and welcome texts name commands and views that exist', () => {
  for (const item of Object.values(menus).flat())
    assert.ok(ids.includes(item.command ?? '') || submenus.some(({ id }) => id === item.submenu), JSON.stringify(item));
  for (const { command } of keybindings) assert.ok(ids.includes(command), command);
  const viewIds = Object.values(views)
    .flat()
    .map(({ id }) => id);
  const focusing = viewIds.map((id) => `${id}.focus`);
  for (const { description } of walkthroughs.flatMap(({ steps }) => steps))
    for (const [, id = ''] of description.matchAll(/\(command:([^)]+)\)/g))
      assert.ok(ids.includes(id) || focusing.includes(id), id);
  for (const { view, contents } of viewsWelcome) {
    assert.ok(viewIds.includes(view), view);
    for (const [, id] of contents.matchAll(/\(command:([^)]+)\)/g)) assert.ok(ids.includes(id ?? ''), id);
  }
});

test('marks have colours that the extension brings along, whatever other extensions are there', () => {
  const states = (['different', 'onlyHere', 'onlyThere'] as const).map((difference) => ({
    difference,
    conflict: undefined,
  }));
  for (const state of [
    ...states,
    { difference: undefined, conflict: 'x' },
    { difference: undefined, conflict: undefined },
  ])
    assert.ok(colors.some(({ id }) => id === markOf({ ...state, isIgnored: true })?.color));
});

test('the icons are there', () => {
  const pictures = walkthroughs.flatMap(({ icon, steps }) => [icon, ...steps.map(({ media }) => media.svg)]);
  const icons = Object.values(views)
    .flat()
    .map(({ icon }) => icon);
  for (const path of [...icons, ...pictures]) assert.ok(existsSync(new URL(path, root)), path);
});

test('no setting of a workspace that is not trusted can send files anywhere', () => {
  const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
  assert.deepEqual(Object.keys(configuration.properties).toSorted(), restrictedConfigurations.toSorted());
});

test('no setting is meant for a secret', () => {
  for (const name of Object.keys(configuration.properties)) assert.doesNotMatch(name, /token|password|secret/i);
});
