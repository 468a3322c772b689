export type Compare = (a: string, b: string) => number;

/**
 * By Unicode code point. JavaScript's own `<` goes by UTF-16 unit and puts U+E000…U+FFFF behind everything beyond U+FFFF.
 */
export function compareCodepoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return codepointRank(left) - codepointRank(right);
  }
  return a.length - b.length;
}

/**
 * By code point, except that a run of the digits 0–9 counts as one number: file2, file10. Texts that differ only in leading
 * zeros go by code point, so that the order of different texts is never left to chance.
 */
export function compareNatural(a: string, b: string): number {
  let left = 0;
  let right = 0;
  while (left < a.length && right < b.length) {
    const x = a.charCodeAt(left);
    const y = b.charCodeAt(right);
    if (isDigit(x) && isDigit(y)) {
      const leftEnd = endOfDigits(a, left);
      const rightEnd = endOfDigits(b, right);
      const order = compareRuns(a, left, leftEnd, b, right, rightEnd);
      if (order !== 0) return order;
      left = leftEnd;
      right = rightEnd;
    } else {
      if (x !== y) return codepointRank(x) - codepointRank(y);
      left++;
      right++;
    }
  }
  return a.length - left - (b.length - right) || compareCodepoints(a, b);
}

/** As an English dictionary does; fixed, so that the result does not depend on which machine the server runs on. */
export const compareLocale: Compare = new Intl.Collator('en').compare;

/** Lifts the surrogates, which stand for code points beyond U+FFFF, over the rest. */
const codepointRank = (unit: number): number => (unit < 0xd800 ? unit : unit >= 0xe000 ? unit - 0x800 : unit + 0x2000);

const isDigit = (unit: number): boolean => unit >= 48 && unit <= 57;

function endOfDigits(text: string, start: number): number {
  let end = start;
  while (end < text.length && isDigit(text.charCodeAt(end))) end++;
  return end;
}

function compareRuns(a: string, aStart: number, aEnd: number, b: string, bStart: number, bEnd: number): number {
  let left = aStart;
  let right = bStart;
  while (left < aEnd && a.charCodeAt(left) === 48) left++;
  while (right < bEnd && b.charCodeAt(right) === 48) right++;
  if (aEnd - left !== bEnd - right) return aEnd - left - (bEnd - right);
  for (; left < aEnd; left++, right++) {
    const difference = a.charCodeAt(left) - b.charCodeAt(right);
    if (difference !== 0) return difference;
  }
  return 0;
}
