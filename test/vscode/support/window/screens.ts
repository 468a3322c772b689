import { join } from 'node:path';

/** Where the pictures of a test go: to its artifacts, or with SYNCLINE_SCREENS=keep to `test/vscode/screens/`, by name. */
export function screensOf(artifacts: string): (name: string) => string {
  const kept = join(import.meta.dirname, '../../screens');
  const folder = process.env['SYNCLINE_SCREENS'] === 'keep' ? kept : join(artifacts, 'screens');
  return (name) => join(folder, `${name}.png`);
}
