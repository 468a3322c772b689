import type { Locator, Page } from 'playwright-core';
import { eventually } from '../eventually.ts';

/** How long a menu may take to go once something in it is chosen, milliseconds. */
const CLOSING_MS = 1_000;

/** Chooses from the menu that is open, through its sub-menus. */
export async function chooseFromMenu(page: Page, path: readonly string[]): Promise<void> {
  const menus = page.locator('.monaco-menu');
  for (const [depth, name] of path.entries()) {
    // by its label: a menu item's own text ends with its keyboard shortcut
    const label = menus
      .locator('.action-label')
      .and(page.getByText(name, { exact: true }))
      .last();
    await label.hover();
    if (depth < path.length - 1) await menus.nth(depth + 1).waitFor();
    else await eventually(() => click(label, menus));
  }
}

/** A menu takes no click in the first tenth of a second after it has opened. */
async function click(label: Locator, menus: Locator): Promise<boolean> {
  await label.click({ timeout: CLOSING_MS }).catch(() => undefined);
  return menus
    .first()
    .waitFor({ state: 'detached', timeout: CLOSING_MS })
    .then(() => true)
    .catch(() => false);
}

/** What the menu that is open shows, or the sub-menu `within` of it, from top to bottom; closes it. Separators aside. */
export async function itemsOfMenu(page: Page, within?: string): Promise<string[]> {
  const menus = page.locator('.monaco-menu');
  await menus.first().waitFor();
  if (within !== undefined) {
    await menus
      .locator('.action-label')
      .and(page.getByText(within, { exact: true }))
      .last()
      .hover();
    await menus.nth(1).waitFor();
  }
  const labels = menus.last().locator('.action-item:not(.disabled) > .action-menu-item > .action-label');
  const items = await labels.allInnerTexts();
  for (let open = await menus.count(); open > 0; open = await menus.count()) await page.keyboard.press('Escape');
  return items.map((item) => item.trim());
}
