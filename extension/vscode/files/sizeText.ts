import * as l10n from '@vscode/l10n';

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** `1.4 MB`, in steps of 1,000 as file managers count. */
export function sizeText(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** `1 file`, `2 files`. */
export const countText = (count: number, noun: string, plural = `${noun}s`): string =>
  l10n.t(count === 1 ? `{0} ${noun}` : `{0} ${plural}`, count.toLocaleString('en'));
