import type { WirePath } from '../../protocol/wirePath.ts';

/** The bounds between which every path below one lies, and no other, in the order of SQLite: `0` is the character behind `/`. */
export const rangeBelow = (path: WirePath): [from: string, to: string] => [`${path}/`, `${path}0`];
