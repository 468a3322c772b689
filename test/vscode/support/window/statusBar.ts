import type { Locator, Page } from 'playwright-core';

export class StatusBar {
  readonly #bar: Locator;

  constructor(page: Page) {
    this.#bar = page.locator('.part.statusbar');
  }

  /** Waits until an item's text contains `text`. */
  async waitFor(text: string): Promise<void> {
    await this.#item(text).waitFor();
  }

  /** Texts of all items, from left to right. */
  async texts(): Promise<string[]> {
    const texts = await this.#bar.locator('.statusbar-item').allInnerTexts();
    return texts.map((text) => text.replaceAll(/\s+/g, ' ').trim()).filter((text) => text !== '');
  }

  async click(text: string): Promise<void> {
    await this.#item(text).locator('a').first().click();
  }

  /** What a screen reader says for the item, tooltip included. */
  async label(text: string): Promise<string> {
    return (await this.#item(text).getAttribute('aria-label')) ?? '';
  }

  #item(text: string): Locator {
    return this.#bar.locator('.statusbar-item').filter({ hasText: text }).first();
  }
}
