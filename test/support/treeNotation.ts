import { type ContentId, contentIdOf } from '../../server/protocol/contentId.ts';
import type { FileEntry } from '../../server/protocol/entry.ts';
import { parseWirePath } from '../../server/protocol/wirePath.ts';
import { EMPTY_TREE, entriesOf, type Tree, type TreeNode } from '../../extension/sync/tree/tree.ts';
import { TreeEditor } from '../../extension/sync/tree/treeEditor.ts';

/**
 * Trees as one line of text: `a/` a folder, `b.txt=1` a file that holds "1", `run.sh*=2` an executable one, `l->b.txt` a link.
 * Parents need not be listed. Names hold no spaces.
 */
export function tree(strings: TemplateStringsArray, ...values: unknown[]): Tree {
  return treeOf(String.raw({ raw: strings }, ...values));
}

export function treeOf(text: string): Tree {
  const editor = new TreeEditor(EMPTY_TREE);
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const [path, node] = parseWord(word);
    if (node.kind === 'directory') editor.put(parseWirePath(path), node);
    else editor.set(parseWirePath(path), node);
  }
  return editor.tree();
}

/** The text of a tree; folders are listed only where nothing in them shows that they are there. */
export function show(root: Tree): string {
  const words: string[] = [];
  for (const [path, node] of entriesOf(root)) {
    if (node.kind !== 'directory') words.push(path + showLeaf(node));
    else if (node.children.size === 0) words.push(`${path}/`);
  }
  return words.join(' ');
}

/** A node after its path: `=1`, `*=1`, `->target` or `/`. */
export function showLeaf(node: TreeNode): string {
  if (node.kind === 'directory') return '/';
  if (node.kind === 'link') return `->${node.target}`;
  return `${node.executable ? '*' : ''}=${textOf(node.content)}`;
}

/** A file that holds this text. */
export function file(text: string, executable = false): FileEntry {
  const bytes = Buffer.from(text);
  const content = contentIdOf(bytes);
  TEXTS.set(content, text);
  return { kind: 'file', content, size: bytes.length, executable };
}

/** The text of a content that a notation has named before. */
export const textOf = (content: ContentId): string => TEXTS.get(content) ?? `#${content.slice(0, 6)}`;

const TEXTS = new Map<ContentId, string>();

function parseWord(word: string): [string, TreeNode] {
  const link = /^(.+?)->(.+)$/.exec(word);
  if (link?.[1] && link[2]) return [link[1], { kind: 'link', target: link[2] }];
  const plain = /^(.+?)(\*?)=(.*)$/.exec(word);
  if (plain?.[1]) return [plain[1], file(plain[3] ?? '', plain[2] === '*')];
  if (word.endsWith('/')) return [word.slice(0, -1), EMPTY_TREE];
  throw new Error(`“${word}” is no part of a tree.`);
}
