// Files on disk as any other program sees them.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { eventually } from '../support/eventually.ts';

/** Writes a file as any program would, without the editor. */
export function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

export const read = (root: string, path: string): string => readFileSync(join(root, path), 'utf8');

/** Waits until a file holds exactly this. */
export async function waitForText(root: string, path: string, text: string, timeout?: number): Promise<void> {
  await eventually(() => {
    const found = existsSync(join(root, path)) ? read(root, path) : undefined;
    if (found !== text) throw new Error(`${path} holds ${JSON.stringify(found)} instead of ${JSON.stringify(text)}`);
  }, timeout);
}

export async function waitUntilGone(root: string, path: string, timeout?: number): Promise<void> {
  await eventually(() => {
    if (existsSync(join(root, path))) throw new Error(`${path} is still there`);
  }, timeout);
}

export function empty(root: string, ...paths: string[]): void {
  for (const path of paths) rmSync(join(root, path), { recursive: true, force: true });
}
