import type { CodeWindow } from './codeWindow.ts';
import type { QuickInput } from './quickInput.ts';

/** The menu behind Syncline's item of the status bar. */
export class StatusMenu {
  readonly #window: CodeWindow;

  constructor(window: CodeWindow) {
    this.#window = window;
  }

  async open(): Promise<QuickInput> {
    await this.#window.page.locator('.statusbar-item[id^="syncline.syncline"] a').first().click();
    return this.#window.input('Choose a');
  }

  /** Everything it offers, targets first, from top to bottom. A window of normal size has room for all. */
  async offers(): Promise<string[]> {
    const menu = await this.open();
    const items = await menu.items();
    await menu.dismiss();
    return items.map((item) => item.trim());
  }

  async choose(label: string): Promise<void> {
    await (await this.open()).pick(label);
  }
}
