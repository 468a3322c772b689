import type { Locator, Page } from 'playwright-core';
import { textOfLines } from './monacoLines.ts';
import type { PageElement } from './pageElement.ts';

/** The editors of a window. Content is what is in sight. */
export class Editor {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Opens a file of the workspace by name and waits for its tab. */
  async open(name: string): Promise<void> {
    await this.#page.keyboard.press('Control+P');
    const widget = this.#page.locator('.quick-input-widget:visible');
    await widget.locator('.quick-input-box input').fill(name);
    await widget.locator('.monaco-list-row').filter({ hasText: name }).first().click();
    await this.waitForTab(name);
  }

  async waitForTab(title: string): Promise<void> {
    await this.#tab(title).waitFor();
  }

  /** Whether a tab comes up within `ms`. */
  async showsTab(title: string, ms: number): Promise<boolean> {
    return this.#tab(title)
      .waitFor({ timeout: ms })
      .then(() => true)
      .catch(() => false);
  }

  /** Titles of all tabs; an unsaved one ends with ` ●`. */
  async tabs(): Promise<string[]> {
    return this.#page.locator('.tabs-container .tab').evaluateAll((tabs: PageElement[]) =>
      tabs.map((tab) => {
        // the extension lies in an element of its own
        const title = tab.querySelector('.monaco-icon-label-container')?.textContent ?? '';
        return title + (tab.classList.contains('dirty') ? ' ●' : '');
      }),
    );
  }

  /** Content of the active editor; of a diff editor, its right side. */
  async text(): Promise<string> {
    return textOfLines(this.#lines());
  }

  /** Waits for a line of the active editor that contains `text`. */
  async waitForText(text: string): Promise<void> {
    await this.#lines().filter({ hasText: text }).first().waitFor();
  }

  /** Types at the end of the active editor's text. */
  async append(text: string): Promise<void> {
    await this.#lines().first().click();
    await this.#page.keyboard.press('Control+End');
    await this.#page.keyboard.type(text);
  }

  /** Saves the active editor and waits until it is no longer unsaved. */
  async save(): Promise<void> {
    await this.#page.keyboard.press('Control+S');
    await this.#page.locator('.editor-group-container.active .tab.active:not(.dirty)').waitFor();
  }

  async selectAll(): Promise<void> {
    await this.#lines().first().click();
    await this.#page.keyboard.press('Control+A');
  }

  #tab(title: string): Locator {
    return this.#page.locator('.tabs-container .tab').filter({ hasText: title }).first();
  }

  #lines(): Locator {
    return this.#page.locator(
      '.editor-group-container.active .monaco-editor:not(.original-in-monaco-diff-editor) .view-line',
    );
  }
}
