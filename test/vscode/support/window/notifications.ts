import type { Locator, Page } from 'playwright-core';

/** Toasts stay for about as long. */
const TOAST_MS = 20_000;

export class Notifications {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /**
   * Waits for the notification whose text contains `text`: a toast, or a row of the list behind the bell, where toasts go by
   * themselves after some seconds and when there are more than three.
   */
  async find(text: string): Promise<Toast> {
    const toast = this.#page.locator('.notifications-toasts .notification-toast').filter({ hasText: text });
    const row = this.#page.locator('.notifications-center .monaco-list-row').filter({ hasText: text });
    try {
      await toast.first().waitFor({ timeout: TOAST_MS });
      return new Toast(toast.first());
    } catch {
      await this.#page.locator('.statusbar-item[id="status.notifications"] a').click();
      await row.first().waitFor();
      return new Toast(row.first());
    }
  }

  /** Closes all of them. */
  async clear(): Promise<void> {
    await this.#page.keyboard.press('F1');
    const box = this.#page.locator('.quick-input-widget:visible .quick-input-box input');
    await box.fill('>Notifications: Clear All Notifications');
    await box.press('Enter');
    await this.#page.locator('.notifications-toasts .notification-toast').first().waitFor({ state: 'detached' });
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
