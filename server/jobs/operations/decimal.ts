/** Decimal text as people and programs write it: digits, an optional point, an optional exponent. No hexadecimal, no spaces. */
const DECIMAL = /^([+-]?)(\d+\.?\d*|\.\d+)(?:e([+-]?\d+))?$/i;
const INTEGER = /^[+-]?\d+$/;

export const isDecimal = (text: string): boolean => DECIMAL.test(text);
export const isInteger = (text: string): boolean => INTEGER.test(text);

/**
 * A decimal number taken apart without rounding: `sign` times 0.`digits` times ten to the `magnitude`. `digits` has no zeros
 * at either end, so equal numbers have equal parts; zero has no digits at all.
 */
export interface Decimal {
  readonly sign: -1 | 0 | 1;
  readonly magnitude: number;
  readonly digits: string;
}

const ZERO: Decimal = { sign: 0, magnitude: 0, digits: '' };

/** Null when `text` is no decimal number. */
export function parseDecimal(text: string): Decimal | null {
  const match = DECIMAL.exec(text);
  if (!match) return null;
  const [, sign = '', body = '', exponent = '0'] = match;
  const point = body.indexOf('.');
  const whole = point < 0 ? body : body.slice(0, point);
  const all = point < 0 ? body : whole + body.slice(point + 1);
  const first = all.search(/[1-9]/);
  if (first < 0) return ZERO;
  let end = all.length;
  while (all.charCodeAt(end - 1) === 48) end--;
  const magnitude = whole.length - first + Number(exponent);
  return { sign: sign === '-' ? -1 : 1, magnitude, digits: all.slice(first, end) };
}

export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.sign !== b.sign) return a.sign - b.sign;
  if (a.magnitude !== b.magnitude) return a.magnitude < b.magnitude ? -a.sign : a.sign;
  if (a.digits === b.digits) return 0;
  return a.digits < b.digits ? -a.sign : a.sign;
}

/** The same text for equal numbers, different texts for different ones. */
export const decimalKey = ({ sign, magnitude, digits }: Decimal): string => `${sign} ${magnitude} ${digits}`;
