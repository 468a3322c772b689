import type { Locator, Page } from 'playwright-core';
import { chooseFromMenu } from './menu.ts';
import type { PageElement } from './pageElement.ts';

/** The browser's, inside of what a page evaluates. */
declare function getComputedStyle(element: PageElement, pseudoElement: string): { readonly content: string };

/** A tree view. Only rows in sight exist: fold, or widen the window, for a long one. */
export class Tree {
  readonly #page: Page;
  readonly #tree: Locator;

  constructor(page: Page, name: string) {
    this.#page = page;
    this.#tree = page.getByRole('tree', { name }).first();
  }

  /** The first item with exactly this label. */
  item(label: string): TreeItem {
    const name = this.#page.locator('.label-name').getByText(label, { exact: true });
    return new TreeItem(this.#page, this.#tree.locator('.monaco-list-row').filter({ has: name }).first());
  }

  /** The row at a position in sight, the first one being 0: for rows whose labels are not known. */
  row(at: number): Locator {
    return this.#tree.locator('.monaco-list-row').nth(at);
  }

  /** What a person sees: one line per row, indented by depth, the description in brackets: `  a.txt [12 B]`. */
  async lines(): Promise<string[]> {
    await this.#tree.waitFor();
    return this.#tree.locator('.monaco-list-row').evaluateAll((rows: PageElement[]) =>
      rows
        .toSorted((a, b) => Number(a.getAttribute('data-index')) - Number(b.getAttribute('data-index')))
        .map((row) => {
          const text = (selector: string) => row.querySelector(selector)?.textContent ?? '';
          const description = text('.label-description');
          const depth = Number(row.getAttribute('aria-level') ?? 1) - 1;
          return `${'  '.repeat(depth)}${text('.label-name')}${description === '' ? '' : ` [${description}]`}`;
        }),
    );
  }

  async waitFor(): Promise<void> {
    await this.#tree.waitFor();
  }
}

export class TreeItem {
  readonly #page: Page;
  readonly row: Locator;

  constructor(page: Page, row: Locator) {
    this.#page = page;
    this.row = row;
  }

  async waitFor(): Promise<void> {
    await this.row.waitFor();
  }

  async waitUntilGone(): Promise<void> {
    await this.row.waitFor({ state: 'detached' });
  }

  async select(): Promise<void> {
    await this.row.click();
  }

  async doubleClick(): Promise<void> {
    await this.row.dblclick();
  }

  async expand(): Promise<void> {
    await this.#fold('true');
  }

  async collapse(): Promise<void> {
    await this.#fold('false');
  }

  /** Clicks an action that appears at the row's end under the mouse. */
  async inlineAction(name: string): Promise<void> {
    await this.row.hover();
    await this.row.getByRole('button', { name }).click();
  }

  /** Opens the context menu and chooses from it; more than one name goes through sub-menus. */
  async contextMenu(...path: string[]): Promise<void> {
    await this.row.click({ button: 'right' });
    await chooseFromMenu(this.#page, path);
  }

  /** The letters behind the label that decorate a file, such as `M`; empty for none. */
  async badge(): Promise<string> {
    const label = this.row.locator('.monaco-icon-label').first();
    const content = await label.evaluate((element) => getComputedStyle(element as PageElement, '::after').content);
    return content === 'none' ? '' : content.replaceAll('"', '');
  }

  async dragTo(target: TreeItem): Promise<void> {
    await this.row.dragTo(target.row);
  }

  async #fold(expanded: 'true' | 'false'): Promise<void> {
    await this.row.waitFor();
    if ((await this.row.getAttribute('aria-expanded')) === expanded) return;
    await this.row.locator('.monaco-tl-twistie').click();
    await this.row.and(this.#page.locator(`[aria-expanded="${expanded}"]`)).waitFor();
  }
}
