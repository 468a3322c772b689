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
