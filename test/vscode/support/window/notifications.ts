import type { Locator, Page } from 'playwright-core';

export class Notifications {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Waits for the toast whose text contains `text`. One without buttons goes away by itself after ten seconds. */
  async find(text: string): Promise<Toast> {
    const toast = this.#page.locator('.notifications-toasts .notification-toast').filter({ hasText: text }).first();
    await toast.waitFor();
    return new Toast(toast);
  }

  /** Messages of the toasts in sight, newest first. */
  async messages(): Promise<string[]> {
    return this.#page.locator('.notifications-toasts .notification-list-item-message').allInnerTexts();
  }
}

export class Toast {
  readonly #toast: Locator;

  constructor(toast: Locator) {
    this.#toast = toast;
  }

  async message(): Promise<string> {
    return this.#toast.locator('.notification-list-item-message').innerText();
  }

  async buttons(): Promise<string[]> {
    return this.#toast.locator('.notification-list-item-buttons-container .monaco-button').allInnerTexts();
  }

  async click(button: string): Promise<void> {
    await this.#toast.getByRole('button', { name: button, exact: true }).click();
  }

  async close(): Promise<void> {
    await this.#toast.hover();
    await this.#toast.locator('.codicon-notifications-clear').click();
  }

  async waitUntilGone(): Promise<void> {
    await this.#toast.waitFor({ state: 'detached' });
  }
}
