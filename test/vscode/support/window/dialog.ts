import type { Locator, Page } from 'playwright-core';

/** The modal dialog. */
export class Dialog {
  readonly #box: Locator;

  constructor(page: Page) {
    this.#box = page.locator('.monaco-dialog-box');
  }

  /** Waits for a dialog whose text contains `text`. */
  async waitFor(text: string): Promise<void> {
    await this.#box.filter({ hasText: text }).waitFor();
  }

  /** Message and detail. */
  async text(): Promise<string> {
    return (await this.#box.locator('.dialog-message-container').innerText()).trim();
  }

  async buttons(): Promise<string[]> {
    return this.#box.locator('.dialog-buttons .monaco-button').allInnerTexts();
  }

  async click(button: string): Promise<void> {
    await this.#box.getByRole('button', { name: button, exact: true }).click();
    await this.#box.waitFor({ state: 'detached' });
  }
}
