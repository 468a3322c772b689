import type { Locator, Page } from 'playwright-core';
import { textOfLines } from './monacoLines.ts';

/** The Output panel. Content is what is in sight: the end, unless somebody scrolled. */
export class Output {
  readonly #lines: Locator;

  constructor(page: Page) {
    this.#lines = page.locator('#workbench\\.panel\\.output .view-line');
  }

  /** Waits for a line that contains `text`. */
  async waitForText(text: string): Promise<void> {
    await this.#lines.filter({ hasText: text }).first().waitFor();
  }

  async text(): Promise<string> {
    return textOfLines(this.#lines);
  }
}
