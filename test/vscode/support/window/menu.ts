import type { Page } from 'playwright-core';

/** Chooses from the menu that is open, through its sub-menus. */
export async function chooseFromMenu(page: Page, path: readonly string[]): Promise<void> {
  for (const name of path) {
    // by its label: a menu item's own text ends with its keyboard shortcut
    const label = page
      .locator('.monaco-menu .action-label')
      .and(page.getByText(name, { exact: true }))
      .last();
    await label.hover();
    await label.click();
  }
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
