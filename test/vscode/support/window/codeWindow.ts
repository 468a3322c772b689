// One VS Code window. Each verb waits for what it needs, for a minute at most, so tests need no waits of their own.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Page } from 'playwright-core';
import { eventually } from '../eventually.ts';
import { Dialog } from './dialog.ts';
import { Editor } from './editor.ts';
import { chooseFromMenu, itemsOfMenu } from './menu.ts';
import { Notifications } from './notifications.ts';
import type { PageElement } from './pageElement.ts';
import { Output } from './output.ts';
import { QuickInput } from './quickInput.ts';
import { StatusBar } from './statusBar.ts';
import { Tree } from './tree.ts';

export const windowSizes = {
  narrow: { width: 800, height: 600 },
  normal: { width: 1280, height: 800 },
  wide: { width: 1920, height: 1080 },
} as const;
export type WindowSize = keyof typeof windowSizes;

const THEMES = {
  dark: ['Dark Modern', 'dark_modern'],
  light: ['Light Modern', 'light_modern'],
  highContrast: ['Dark High Contrast', 'hc_black'],
} as const;
export type Theme = keyof typeof THEMES;

const PAGE_TIMEOUT_MS = 120_000;
const VERB_TIMEOUT_MS = 60_000;
/** An open palette does not follow when an extension's commands arrive late, so it is opened anew after this time. */
const PALETTE_MS = 2_000;
/** So long after the start of a window the folders of its workspace file are there, or do not come. */
const FOLDERS_MS = 10_000;

export class CodeWindow {
  /** Playwright's own, for what has no verb here. */
  readonly page: Page;
  readonly notifications: Notifications;
  readonly dialog: Dialog;
  readonly statusBar: StatusBar;
  readonly editor: Editor;
  /** The Output panel, where logs are shown. */
  readonly output: Output;

  private constructor(page: Page) {
    this.page = page;
    this.notifications = new Notifications(page);
    this.dialog = new Dialog(page);
    this.statusBar = new StatusBar(page);
    this.editor = new Editor(page);
    this.output = new Output(page);
  }

  static async open(page: Page, address: string): Promise<CodeWindow> {
    page.setDefaultTimeout(VERB_TIMEOUT_MS);
    await page.goto(address, { timeout: PAGE_TIMEOUT_MS });
    await waitForWorkbench(page);
    return new CodeWindow(page);
  }

  /** Runs a command from the palette by its full title, such as `Syncline: Upload`. */
  async run(title: string): Promise<void> {
    await eventually(async () => {
      await this.page.keyboard.press('F1');
      const palette = await this.input('Type the name of a command to run.');
      await palette.fill(`>${title}`);
      const offered = await palette.offers(title, PALETTE_MS);
      await (offered ? palette.pick(title) : palette.dismiss());
      return offered;
    }, VERB_TIMEOUT_MS);
  }

  /** Follows a `vscode://` link to an extension, and agrees when VS Code asks. */
  async openLink(link: string): Promise<void> {
    await this.run('Developer: Open URL');
    await (await this.input('URL to open')).accept(link.replace(/^vscode:/, 'code-oss:'));
    await this.dialog.waitFor('extension to open this URI?');
    await this.dialog.click('Open');
  }

  /** The quick pick or input box whose title, prompt or placeholder contains `text`, once it is there. */
  async input(text: string): Promise<QuickInput> {
    return QuickInput.find(this.page, text);
  }

  /** A tree by the name of its view. The Explorer's own is called `Files Explorer`. */
  tree(name: string): Tree {
    return new Tree(this.page, name);
  }

  /** Shows a view container of the activity bar, such as `Explorer`, if it is not shown already. */
  async showContainer(name: string): Promise<void> {
    const tab = this.page.locator('.activitybar').getByRole('tab', { name });
    await tab.waitFor();
    if ((await tab.getAttribute('aria-selected')) !== 'true') await tab.click();
  }

  /** Unfolds a view inside the container shown. */
  async showView(name: string): Promise<void> {
    const header = this.#viewHeader(name);
    await header.waitFor({ state: 'attached' });
    if ((await header.getAttribute('aria-expanded')) !== 'true') await header.click();
  }

  /** Clicks the button `action` in the title of the view `view`. */
  async viewAction(view: string, action: string): Promise<void> {
    await (await this.#viewTitle(view)).getByRole('button', { name: action }).click();
  }

  /** The buttons in the title of a view, from left to right, without the one behind which the others are. */
  async viewActions(view: string): Promise<string[]> {
    const buttons = (await this.#viewTitle(view)).locator('.actions .action-label, .title-actions .action-label');
    const names = await buttons.evaluateAll((all: PageElement[]) => all.map((each) => each.getAttribute('aria-label')));
    return names.map((name) => (name ?? '').replace(/ \(.*\)$/, '')).filter((name) => !name.includes('More Actions'));
  }

  /** What the menu in the title of a view shows. */
  async viewMenu(view: string): Promise<string[]> {
    await this.viewAction(view, 'More Actions');
    return itemsOfMenu(this.page);
  }

  /** Chooses from the context menu of whatever `selector` matches: for what is no tree item. */
  async contextMenu(selector: string, ...path: string[]): Promise<void> {
    await this.page.locator(selector).first().click({ button: 'right' });
    await chooseFromMenu(this.page, path);
  }

  async resize(size: WindowSize): Promise<void> {
    await this.page.setViewportSize(windowSizes[size]);
  }

  /** Drags the edge of the side bar until it is so many pixels wide. */
  async widenSideBar(width: number): Promise<void> {
    const bar = await this.page.locator('.part.sidebar').boundingBox();
    if (!bar) throw new Error('There is no side bar');
    const edge = bar.x + bar.width + 1;
    await this.page.mouse.move(edge, bar.y + bar.height / 2);
    await this.page.mouse.down();
    await this.page.mouse.move(edge - bar.width + width, bar.y + bar.height / 2, { steps: 5 });
    await this.page.mouse.up();
  }

  async useTheme(theme: Theme): Promise<void> {
    const [label, file] = THEMES[theme];
    await this.run('Preferences: Color Theme');
    const themes = await this.input('Select Color Theme');
    // only those in sight are there
    await themes.fill(label);
    await themes.pick(label);
    await this.page.locator(`.monaco-workbench[class*="themes-${file}"]`).waitFor();
  }

  async screenshot(file: string): Promise<void> {
    mkdirSync(dirname(file), { recursive: true });
    await this.page.screenshot({ path: file, animations: 'disabled' });
  }

  /** Restarts the window and its extension host. Settings, secrets and global state stay. */
  async reload(): Promise<void> {
    await this.page.reload({ timeout: PAGE_TIMEOUT_MS });
    await waitForWorkbench(this.page);
  }

  /**
   * Waits until the Explorer shows the folders of a workspace file. While the machine is busy VS Code (1.139) may open one without its
   * folders, and stays so until the window is loaded again.
   */
  async waitForFolders(): Promise<void> {
    const explorer = this.page.getByRole('tree', { name: 'Files Explorer' });
    const shown = await explorer.waitFor({ timeout: FOLDERS_MS }).then(
      () => true,
      () => false,
    );
    if (shown) return;
    await this.reload();
    await explorer.waitFor();
  }

  async close(): Promise<void> {
    await this.page.close();
  }

  /** Its actions appear under the mouse. */
  async #viewTitle(view: string) {
    const header = this.#viewHeader(view);
    await header.waitFor({ state: 'attached' });
    // the only view of a container has its title merged into the container's
    const title = (await header.isVisible()) ? header : this.page.locator('.part.sidebar > .title');
    await title.hover();
    return title;
  }

  #viewHeader(name: string) {
    return this.page.locator('.pane-header').filter({ has: this.page.locator('.title', { hasText: name }) });
  }
}

/**
 * Waits until the last of the workbench's parts has been made, which is seconds after one can use it. Before that a
 * panel that a command opens may be closed again.
 */
async function waitForWorkbench(page: Page): Promise<void> {
  const made = () => performance.getEntriesByName('code/didCreateWorkbenchContributions/4').length > 0;
  await page.waitForFunction(made, undefined, { timeout: PAGE_TIMEOUT_MS });
}
