import type { Locator } from 'playwright-core';
import type { PageElement } from './pageElement.ts';

/** The text of an editor's `.view-line`s, which lie in the page in any order and hold no plain spaces. */
export async function textOfLines(lines: Locator): Promise<string> {
  const sorted = await lines.evaluateAll((found: PageElement[]) =>
    found
      .map((line) => ({ top: Number.parseFloat(line.style.top), text: line.textContent ?? '' }))
      .toSorted((a, b) => a.top - b.top)
      .map(({ text }) => text.replaceAll('\u00a0', ' ')),
  );
  return sorted.join('\n');
}
