/**
 * What functions that run inside the page use of the DOM's Element. The DOM's own types would hold for the whole
 * project, where there is no such thing.
 */
export interface PageElement {
  readonly textContent: string | null;
  readonly classList: { contains(name: string): boolean };
  readonly style: { readonly top: string };
  getAttribute(name: string): string | null;
  querySelector(selector: string): PageElement | null;
}
