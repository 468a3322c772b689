/**
 * Names with the same key cannot live in one folder of a file system that ignores case or normalises Unicode (Windows,
 * macOS), so they are never synced side by side. Folds each character by itself, as those file systems do.
 */
export function collisionKey(name: string): string {
  if (ASCII.test(name)) return name.toLowerCase();
  let key = '';
  for (const character of name.normalize('NFC')) {
    const upper = character.toUpperCase();
    const folded = upper.length === character.length ? upper.toLowerCase() : character.toLowerCase();
    key += folded.length === character.length ? folded : character;
  }
  return key.normalize('NFC');
}

/** Whether two names differ and yet cannot stand side by side everywhere. */
export const namesCollide = (a: string, b: string): boolean => a !== b && collisionKey(a) === collisionKey(b);

const ASCII = /^[ -~]*$/;
