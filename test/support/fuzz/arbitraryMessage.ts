import fc, { type Arbitrary } from 'fast-check';
import * as v from 'valibot';
import type { Schema } from '../../../server/protocol/messages/message.ts';

/** As much of a valibot schema as making values of it needs. */
interface Node {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Node>>;
  readonly item?: Node;
  readonly items?: readonly Node[];
  readonly wrapped?: Node;
  readonly options?: readonly (Node | string)[];
  readonly literal?: unknown;
  readonly message?: unknown;
}

/** Good values to make messages of, so that many get past the checks and do something. */
export interface Vocabulary {
  readonly paths: readonly string[];
  readonly contents: readonly string[];
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
}

/** What nobody who means well sends. */
const HOSTILE: readonly unknown[] = [
  ...[null, true, -1, 0, 1.5, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 63), 1e308, '', [], {}],
  ...['..', '../outside', 'a/../../outside', '/etc/passwd', '/', './a', 'a//b', 'a/', 'C:\\x', 'a\\..\\b', 'a\0b'],
  ...['.git/config', '.syncline/index.db', '.syncline', 'CON', 'nul.txt', 'a:b', 'a\u202eb', 'e\u0301', '\ud800'],
  ...['link/inside', 'link', '../../../../../../tmp/outside', '__proto__', 'constructor', 'x'.repeat(5000)],
  { __proto__: null, constructor: 1, toString: 1 },
  Array.from({ length: 300 }, () => 0),
];

/**
 * Values for a schema: mostly what it asks for, at every place now and then something hostile, a field too few or too many.
 * `hostility`: in how many of a hundred places.
 */
export function arbitraryOf(schema: Schema, words: Vocabulary, hostility: number): Arbitrary<unknown> {
  const hostile = fc.constantFrom(...HOSTILE);
  const mixed = (good: Arbitrary<unknown>): Arbitrary<unknown> =>
    hostility === 0
      ? good
      : fc.oneof({ weight: 100 - hostility, arbitrary: good }, { weight: hostility, arbitrary: hostile });
  const of = (node: Node): Arbitrary<unknown> => mixed(good(node));
  const good = (node: Node): Arbitrary<unknown> => {
    switch (node.type) {
      case 'strict_object':
        return objectOf(node.entries ?? {});
      case 'array':
        return fc.array(of(node.item as Node), { maxLength: 4 });
      case 'strict_tuple':
        return fc.tuple(...(node.items ?? []).map(of));
      case 'optional':
        return fc.option(of(node.wrapped as Node), { nil: undefined });
      case 'nullable':
        return fc.option(of(node.wrapped as Node), { nil: null });
      case 'union':
      case 'variant':
        return fc.oneof(...(node.options as Node[]).map(of));
      case 'picklist':
        return fc.constantFrom(...(node.options ?? []));
      case 'literal':
        return fc.constant(node.literal);
      case 'string':
        return fc.constantFrom(...fitting(node, words.texts));
      case 'number':
        return fc.constantFrom(...fitting(node, words.numbers));
      case 'boolean':
        return fc.boolean();
      case 'custom':
        return fc.constantFrom(...(/path/.test(String(node.message)) ? words.paths : words.contents));
      case 'unknown':
        return fc.jsonValue();
      default:
        throw new Error(`Nobody has said how to make a value of type ${node.type}.`);
    }
  };
  const objectOf = (entries: Readonly<Record<string, Node>>): Arbitrary<unknown> => {
    const whole = fc.record(Object.fromEntries(Object.entries(entries).map(([name, node]) => [name, of(node)])));
    if (hostility === 0) return whole;
    const name = fc.constantFrom(...Object.keys(entries), 'unheard', 'progressToken');
    return fc.oneof(
      { weight: 100 - hostility, arbitrary: whole },
      {
        weight: hostility,
        arbitrary: fc.tuple(whole, name, hostile).map(([o, key, value]) => ({ ...o, [key]: value })),
      },
    );
  };
  return of(schema);
}

/** Those that the schema accepts. */
function fitting<T>(node: Node, words: readonly T[]): readonly T[] {
  const fit = words.filter((word) => v.is(node as unknown as Schema, word));
  if (fit.length === 0) throw new Error('The vocabulary has no word for a schema.');
  return fit;
}

const edge = fc.constantFrom(0n, 1n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n);

/** Binary frames: good headers with wrong numbers in them, wrong headers, and noise. */
export const arbitraryFrame: Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc
    .record({
      kind: fc.constantFrom(1, 1, 1, 1, 0, 2, 255),
      flags: fc.constantFrom(0, 1, 2, 3, 0, 2, 4, 255),
      reserved: fc.constantFrom(0, 0, 0, 0, 1, 65535),
      transfer: fc.constantFrom(0, 1, 2, 3, 4, 5, 2 ** 32 - 1),
      offset: fc.oneof(fc.constant(0n), fc.constant(0n), edge),
      size: fc.constantFrom(0, 1, 100, 70_000, 256 * 1024, 256 * 1024 + 1),
      fill: fc.nat({ max: 255 }),
    })
    .map(({ kind, flags, reserved, transfer, offset, size, fill }) => {
      const frame = Buffer.alloc(16 + size, fill);
      frame.writeUInt8(kind, 0);
      frame.writeUInt8(flags, 1);
      frame.writeUInt16BE(reserved, 2);
      frame.writeUInt32BE(transfer, 4);
      frame.writeBigUInt64BE(offset, 8);
      return frame;
    }),
);
