import type { Locator, Page } from 'playwright-core';

/** A quick pick or an input box. VS Code has one at a time. */
export class QuickInput {
  readonly #page: Page;
  readonly #widget: Locator;

  private constructor(page: Page, widget: Locator) {
    this.#page = page;
    this.#widget = widget;
  }

  /** Waits for the one whose title, prompt or placeholder contains `text`: the widget is the same for all of them. */
  static async find(page: Page, text: string): Promise<QuickInput> {
    const widget = page.locator('.quick-input-widget:visible');
    const shown = widget.getByText(text).or(widget.getByPlaceholder(text));
    await shown.first().waitFor();
    return new QuickInput(page, widget);
  }

  /** Types over what is there, without accepting. */
  async fill(text: string): Promise<void> {
    await this.#box().fill(text);
  }

  /** Types over what is there, if told, and accepts. */
  async accept(text?: string): Promise<void> {
    if (text !== undefined) await this.fill(text);
    await this.#box().press('Enter');
  }

  async dismiss(): Promise<void> {
    await this.#box().press('Escape');
    await this.#widget.waitFor({ state: 'hidden' });
  }

  async value(): Promise<string> {
    return this.#box().inputValue();
  }

  /** Waits for a validation message, or other text below the box, that contains `text`. */
  async waitForMessage(text: string): Promise<void> {
    await this.#widget.locator('.quick-input-message', { hasText: text }).waitFor();
  }

  /** The text below the box: the validation message when there is one, else the prompt. */
  async message(): Promise<string> {
    return (await this.#widget.locator('.quick-input-message').innerText()).trim();
  }

  /** Picks the item with exactly this label. */
  async pick(label: string): Promise<void> {
    await this.#row(label).click();
  }

  /** Whether an item with exactly this label comes up within `ms`. */
  async offers(label: string, ms: number): Promise<boolean> {
    return this.#row(label)
      .waitFor({ timeout: ms })
      .then(() => true)
      .catch(() => false);
  }

  /** Checks or unchecks an item of a quick pick of many. `accept` ends it. */
  async toggle(label: string): Promise<void> {
    await this.#row(label).getByRole('checkbox').click();
  }

  /** Clicks a button beside the title. */
  async titleButton(button: string): Promise<void> {
    await this.#widget.locator('.quick-input-titlebar').getByRole('button', { name: button }).click();
  }

  async title(): Promise<string> {
    return this.#widget.locator('.quick-input-title').innerText();
  }

  /** Waits until an item's line contains `text` beside its label. */
  async waitForDescription(label: string, text: string): Promise<void> {
    await this.#row(label).getByText(text).first().waitFor();
  }

  /** Clicks a button at the end of an item. */
  async button(label: string, button: string): Promise<void> {
    await this.#row(label).hover();
    await this.#row(label).getByRole('button', { name: button }).click();
  }

  /** Labels of the items in sight. */
  async items(): Promise<string[]> {
    await this.#rows().first().waitFor();
    return this.#rows().locator('.quick-input-list-row:first-child .label-name').allInnerTexts();
  }

  #box(): Locator {
    return this.#widget.locator('.quick-input-box input');
  }

  #row(label: string): Locator {
    return this.#rows()
      .filter({ has: this.#page.getByText(label, { exact: true }) })
      .first();
  }

  #rows(): Locator {
    return this.#widget.locator('.monaco-list-row');
  }
}
