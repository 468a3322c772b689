import type { Page } from 'playwright-core';

/** Chooses from the menu that is open, through its sub-menus. */
export async function chooseFromMenu(page: Page, path: readonly string[]): Promise<void> {
  for (const name of path) {
    const item = page.locator('.monaco-menu').getByRole('menuitem', { name, exact: true }).last();
    await item.hover();
    await item.click();
  }
}
