import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * Makes the extension in the folder `path` an installed one, without packing it: what is built there is what runs.
 * Replaces whatever version of it was linked before. An installed extension, unlike one under development, may show
 * notifications in a VS Code in the browser.
 */
export function linkExtension(path: string, extensions: string): void {
  const manifest = readFileSync(join(path, 'package.json'), 'utf8');
  const { publisher, name, version } = JSON.parse(manifest) as Record<string, string>;
  mkdirSync(extensions, { recursive: true });
  for (const entry of readdirSync(extensions)) {
    // VS Code's own list of what is installed, made anew when it is missing
    const outdated = entry === 'extensions.json' || entry.startsWith(`${publisher}.${name}-`);
    if (outdated) rmSync(join(extensions, entry), { recursive: true });
  }
  symlinkSync(resolve(path), join(extensions, `${publisher}.${name}-${version}`), 'junction');
}
