import { InvalidArgumentError } from 'commander';

/** An option that is a whole number from 1 on. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count) || count < 1) {
    throw new InvalidArgumentError('It must be a whole number from 1 on.');
  }
  return count;
}

/** The same from 0 on. */
export function parseRevision(text: string): number {
  return text === '0' ? 0 : parseCount(text);
}
